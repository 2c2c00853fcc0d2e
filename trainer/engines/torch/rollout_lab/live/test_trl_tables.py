"""Over a stand-in for a trainer of TRL with several processes."""

from __future__ import annotations

from collections import defaultdict, deque
from types import SimpleNamespace
from typing import Any

import pytest

from rollout_lab.live.trl_tables import hold_evaluations, last_logged

SIZE = 4


def trainer_of(**more: Any) -> Any:
    return SimpleNamespace(
        **{
            "accelerator": SimpleNamespace(num_processes=2),
            "args": SimpleNamespace(per_device_eval_batch_size=3),
            "log_completions": False,
            "reward_func_names": ["flat"],
            "_logs": {
                **{name: deque(maxlen=SIZE) for name in ("prompt", "completion", "advantages", "images")},
                "rewards": defaultdict(lambda: deque(maxlen=SIZE)),
            },
            **more,
        }
    )


def generate(trainer: Any, rows: int) -> None:
    """As TRL writes down what all processes generated."""
    for name in ("prompt", "completion", "advantages"):
        trainer._logs[name].extend(range(rows))
    trainer._logs["rewards"]["flat"].extend(range(rows))


def lengths(trainer: Any) -> list[int]:
    return [len(trainer._logs[name]) for name in ("prompt", "completion", "advantages")] + [
        len(trainer._logs["rewards"]["flat"])
    ]


def test_an_evaluation_larger_than_the_tables_is_kept_whole() -> None:
    trainer = trainer_of()
    generate(trainer, SIZE)
    put_back = hold_evaluations(trainer)
    generate(trainer, 6)
    logged = last_logged(trainer, 6)
    assert put_back is not None and logged is not None
    assert logged["completions"] == list(range(6)) == logged["rewards"]["flat"]
    put_back()
    assert lengths(trainer) == [SIZE] * 4
    generate(trainer, 6)
    trainer._logs["rewards"]["new"].extend(range(6))
    assert lengths(trainer) == [SIZE] * 4 and len(trainer._logs["rewards"]["new"]) == SIZE


@pytest.mark.parametrize(
    "more",
    [
        {"log_completions": True},
        {"accelerator": SimpleNamespace(num_processes=1)},
        {"args": SimpleNamespace(per_device_eval_batch_size=2)},
        {"_logs": {}},
        {"_logs": None},
    ],
)
def test_tables_that_suffice_that_are_shown_or_that_are_others_are_left_alone(more: dict[str, Any]) -> None:
    trainer = trainer_of(**more)
    before = dict(trainer._logs or {})
    assert hold_evaluations(trainer) is None
    assert all((trainer._logs or {})[name] is one for name, one in before.items())
