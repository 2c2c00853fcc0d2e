"""Rewards that are models. TRL calls no function with rows for them, so that its scoring as a whole is heard."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from rollout_lab.live.trl_methods import Method, heard

SCORING = "_calculate_rewards"
"""Private to TRL. Called with (inputs: one record a row, prompts, completions, completion_ids) of this process; gives
rewards [rows of all processes, rewards], NaN where one is not applicable."""
OWN_FIELDS = ("prompt", "completion", "completion_ids")

Take = Callable[[tuple[Any, ...], Any, float], None]
"""Takes what TRL's method was given and what it gave, and the seconds it took; must not raise."""


def watch_rewards(trainer: Any, take: Take) -> Callable[[], None] | None:
    """Tells `take` of each scoring; gives what ends it. None where this version of TRL has no such method."""

    def around(original: Method) -> Method:
        def scored(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            result = original(*arguments, **named)
            take(arguments, result, time.perf_counter() - began)
            return result

        return scored

    return heard(trainer, SCORING, around)


def given_to_rewards(arguments: tuple[Any, ...]) -> Mapping[str, Any]:
    """What a reward function would have been called with."""
    inputs, prompts, completions, completion_ids = arguments
    columns = {name: [record[name] for record in inputs] for name in inputs[0] if name not in OWN_FIELDS}
    return {**columns, "prompts": prompts, "completions": completions, "completion_ids": completion_ids}


def scores_of_rewards(trainer: Any, result: Any, rows: int) -> list[list[float]]:
    """Of each reward, the scores of this process's rows."""
    first = trainer.accelerator.process_index * rows
    return result[first : first + rows].T.tolist()
