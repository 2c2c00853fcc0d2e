"""Fields of a run file that a loop may tell: those that are no such, or out of range, would make `run.json`
unreadable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rollout_lab.errors import LabError
from rollout_lab.live.clean_values import count, finite

Range = tuple[type, float, float]
"""int or float, lowest, highest."""

_HUGE = float("inf")
_TINY = 5e-324
FIELDS: dict[str, Range | dict[str, Any]] = {
    "groupSize": (int, 1, _HUGE),
    "problemsPerStep": (int, 1, _HUGE),
    "updatesPerStep": (int, 1, _HUGE),
    "threads": (int, 0, _HUGE),
    "sampling": {
        "temperature": (float, 0, _HUGE),
        "topK": (int, 0, _HUGE),
        "topP": (float, 0, 1),
        "minP": (float, 0, 1),
        "maxTokens": (int, 1, _HUGE),
    },
    "optimizer": {
        "learningRate": (float, _TINY, _HUGE),
        "beta1": (float, 0, 1),
        "beta2": (float, 0, 1),
        "epsilon": (float, _TINY, _HUGE),
        "weightDecay": (float, 0, _HUGE),
        "maxGradNorm": (float, 0, _HUGE),
        "warmupSteps": (int, 0, _HUGE),
    },
    "regulariser": {"kl": {"coefficient": (float, 0, _HUGE)}, "entropyBonus": (float, 0, _HUGE)},
}


def checked_settings(given: Mapping[str, Any], fields: Mapping[str, Any] = FIELDS, within: str = "") -> dict[str, Any]:
    """The settings as they are. @raises LabError `live/wrong-setting`"""
    checked: dict[str, Any] = {}
    for name, value in given.items():
        place, allowed = f"{within}{name}", fields.get(name)
        if allowed is None:
            raise _wrong(place, f"is none of {', '.join(fields)}")
        if isinstance(allowed, dict):
            if not isinstance(value, Mapping):
                raise _wrong(place, f"must have the fields {', '.join(allowed)}")
            checked[name] = checked_settings(value, allowed, f"{place}.")
        else:
            checked[name] = _number(place, value, allowed)
    return checked


def _number(place: str, value: Any, allowed: Range) -> float:
    kind, low, high = allowed
    number = count(value) if kind is int else finite(value)
    if number is None or not low <= number <= high:
        bounds = (
            "greater than 0" if low == _TINY else f"at least {low:g}" if high == _HUGE else f"from {low:g} to {high:g}"
        )
        raise _wrong(place, f"must be a {'whole ' if kind is int else ''}number {bounds}")
    return number


def _wrong(place: str, what: str) -> LabError:
    return LabError(
        "usage",
        "live/wrong-setting",
        f"settings.{place} {what}",
        f"settings.{place}",
        remedy="Put what has no field of a run file into `notes` or `source`.",
    )
