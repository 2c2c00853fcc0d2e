"""Reward functions that tell what they were given and what they gave."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OWN_COLUMNS = ("trainer_state", "log_extra", "log_metric", "environments")
"""What TRL hands to reward functions beside the data set's columns."""


@dataclass(frozen=True)
class Scored:
    """One call of a reward function. Lists run over the rows of this process."""

    index: int
    """Of the reward function."""
    prompts: Sequence[Any]
    completions: Sequence[Any]
    completion_ids: Sequence[Sequence[int]]
    columns: Mapping[str, Sequence[Any]]
    scores: Sequence[Any]
    """None = not applicable."""
    seconds: float


Take = Callable[[int, Mapping[str, Any], Any, float], None]
"""Takes the index of a reward function, what it was given and gave, and the seconds it took; must not raise."""


def is_function(reward: Any) -> bool:
    """Reward models are modules; they are called in another way."""
    return callable(reward) and not hasattr(reward, "forward")


def recording(reward: Callable[..., Any], index: int, take: Take) -> Callable[..., Any]:
    """The reward function, telling `take` of each call that came to its end; its errors are its own."""
    called = reward.func if isinstance(reward, functools.partial) else reward
    if inspect.iscoroutinefunction(called) or inspect.iscoroutinefunction(getattr(called, "__call__", None)):

        async def recorded_async(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            scores = await reward(*arguments, **named)
            take(index, named, scores, time.perf_counter() - began)
            return scores

        return _named_as(reward, recorded_async)

    def recorded(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        scores = reward(*arguments, **named)
        take(index, named, scores, time.perf_counter() - began)
        return scores

    return _named_as(reward, recorded)


def scored_of(index: int, named: Mapping[str, Any], scores: Any, seconds: float) -> Scored:
    if not isinstance(scores, (list, tuple)):
        # Arrays and tensors too: what cannot be listed is refused by TRL itself.
        scores = scores.tolist() if hasattr(scores, "tolist") else []
    columns = {
        name: values
        for name, values in named.items()
        if name not in (*OWN_COLUMNS, "prompts", "completions", "completion_ids")
    }
    return Scored(
        index,
        named.get("prompts", ()),
        named.get("completions", ()),
        named.get("completion_ids", ()),
        columns,
        scores,
        seconds,
    )


def _named_as(reward: Callable[..., Any], wrapper: Callable[..., Any]) -> Callable[..., Any]:
    """With the names of the original, where it has any: objects that are called have none."""
    return functools.wraps(reward)(wrapper) if hasattr(reward, "__name__") else wrapper
