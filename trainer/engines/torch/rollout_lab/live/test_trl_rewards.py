from __future__ import annotations

import asyncio
import functools
import inspect
from typing import Any

import pytest

from rollout_lab.live.trl_rewards import is_function, recording, scored_of


def length(completions: list[str], **_named: Any) -> list[float]:
    return [float(len(one)) for one in completions]


async def later(completions: list[str], **_named: Any) -> list[float]:
    await asyncio.sleep(0)
    return length(completions)


class Callable_:
    def __call__(self, completions: list[str], **_named: Any) -> list[float]:
        return length(completions)


class AsyncCallable:
    async def __call__(self, completions: list[str], **_named: Any) -> list[float]:
        return await later(completions)


GIVEN = {
    "prompts": ["p", "q"],
    "completions": ["a", "bc"],
    "completion_ids": [[1], [2, 3]],
    "answer": ["x", "y"],
    "trainer_state": object(),
    "log_extra": print,
}


@pytest.mark.parametrize(
    "reward", [length, later, Callable_(), AsyncCallable(), functools.partial(length), functools.partial(later)]
)
def test_tells_what_was_given_and_what_came_back(reward: Any) -> None:
    told: list[Any] = []
    wrapped = recording(reward, 4, lambda *call: told.append(scored_of(*call)))
    result = wrapped(**GIVEN)
    assert (asyncio.run(result) if inspect.iscoroutine(result) else result) == [1.0, 2.0]
    [scored] = told
    assert (scored.index, scored.scores, scored.completions is GIVEN["completions"], scored.columns) == (
        4,
        [1.0, 2.0],
        True,
        {"answer": ["x", "y"]},
    )


@pytest.mark.parametrize("reward", [length, later])
def test_looks_like_the_original_to_the_trainer(reward: Any) -> None:
    wrapped = recording(reward, 0, lambda *_call: None)
    assert wrapped.__name__ == reward.__name__ and inspect.iscoroutinefunction(wrapped) == inspect.iscoroutinefunction(
        reward
    )


def test_the_errors_of_a_reward_are_its_own() -> None:
    told: list[Any] = []

    def broken(**_named: Any) -> list[float]:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        recording(broken, 0, lambda *call: told.append(call))(**GIVEN)
    assert told == []


def test_reward_models_are_no_functions() -> None:
    torch = pytest.importorskip("torch")
    assert is_function(length) and is_function(Callable_()) and not is_function(torch.nn.Linear(1, 1))
