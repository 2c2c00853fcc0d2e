"""TRL's tables of completions, which it keeps under a private name to show them: what all processes generated."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

BY_ROW = ("prompt", "completion", "advantages")


def last_logged(trainer: Any, rows: int) -> dict[str, Any] | None:
    """Advantages, rewards by function, prompts and completions of the last `rows` rows, over all processes.

    None where TRL does not keep them, or has fewer rows.
    """
    logs = getattr(trainer, "_logs", None)
    try:
        found = {
            "advantages": list(logs["advantages"])[-rows:],
            "prompts": list(logs["prompt"])[-rows:],
            "completions": list(logs["completion"])[-rows:],
            "rewards": {name: list(logs["rewards"][name])[-rows:] for name in trainer.reward_func_names},
        }
    except (KeyError, TypeError):
        return None
    lengths = {
        len(found["advantages"]),
        len(found["prompts"]),
        len(found["completions"]),
        *(len(values) for values in found["rewards"].values()),
    }
    return found if lengths == {rows} else None


def hold_evaluations(trainer: Any) -> Callable[[], None] | None:
    """Makes room in the tables for what an evaluation generates at once; gives what makes them as they were.

    They hold `generation_batch_size` rows. None where that is enough, where one process knows all rows, and where TRL
    shows its tables: they are to show no more than people asked for.
    """
    processes = trainer.accelerator.num_processes
    if processes == 1 or getattr(trainer, "log_completions", True):
        return None
    rows = processes * (getattr(trainer.args, "per_device_eval_batch_size", None) or 0)
    logs = getattr(trainer, "_logs", None)
    try:
        kept = min(logs[name].maxlen for name in BY_ROW)
        rewards = logs["rewards"].default_factory
    except (KeyError, TypeError, AttributeError):
        return None
    if rows <= kept:
        return None
    _resize(logs, rows, lambda: deque(maxlen=rows))
    return lambda: _resize(logs, kept, rewards)


def _resize(logs: Any, rows: int, rewards: Callable[[], Any]) -> None:
    for name in BY_ROW:
        logs[name] = deque(logs[name], maxlen=rows)
    logs["rewards"] = defaultdict(rewards, {name: deque(one, maxlen=rows) for name, one in logs["rewards"].items()})
