"""What the rollouts of a step say by themselves, by the names of the trainer's `METRIC_DEFINITIONS`."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from rollout_lab.live.tool_tokens import written_of

Record = dict[str, Any]


def step_metrics(rollouts: Sequence[Record]) -> dict[str, float]:
    """Values that cannot be computed are absent."""
    return {**_rewards(rollouts), **_groups(rollouts), **_lengths(rollouts), **_entropy(rollouts)}


def _rewards(rollouts: Sequence[Record]) -> dict[str, float]:
    totals = [rollout["reward"]["total"] for rollout in rollouts if rollout["reward"]["total"] is not None]
    parts: dict[str, list[float]] = {}
    for rollout in rollouts:
        for part in rollout["reward"]["parts"]:
            if part["score"] is not None:
                parts.setdefault(part["name"], []).append(part["score"])
    judged = [rollout["correct"] for rollout in rollouts if rollout["correct"] is not None]
    return {
        **({"reward/mean": statistics.fmean(totals)} if totals else {}),
        **({"reward/std": statistics.stdev(totals)} if len(totals) > 1 else {}),
        **_standard_error(rollouts),
        **{f"reward/part/{name}": statistics.fmean(scores) for name, scores in parts.items()},
        **({"train/passAt1": statistics.fmean(judged)} if judged else {}),
        "rollouts/total": len(rollouts),
        "rollouts/notScorable": len(rollouts) - len(totals),
    }


def _standard_error(rollouts: Sequence[Record]) -> dict[str, float]:
    """Over groups: rollouts of one problem are alike and do not count as independent."""
    groups: dict[str, list[float]] = {}
    for rollout in rollouts:
        if rollout["reward"]["total"] is not None:
            groups.setdefault(rollout["group"], []).append(rollout["reward"]["total"])
    means = [statistics.fmean(totals) for totals in groups.values()]
    return {"reward/standardError": statistics.stdev(means) / math.sqrt(len(means))} if len(means) > 1 else {}


def _groups(rollouts: Sequence[Record]) -> dict[str, float]:
    groups: dict[str, list[Record]] = {}
    for rollout in rollouts:
        groups.setdefault(rollout["group"], []).append(rollout)
    scored = [[one for one in group if one["reward"]["total"] is not None] for group in groups.values()]
    scored = [group for group in scored if group]
    accuracies = [accuracy for group in scored if (accuracy := _accuracy(group)) is not None]
    return {
        "groups/total": len(groups),
        **_share("groups/zeroVariance", scored, lambda group: len({one["reward"]["total"] for one in group}) == 1),
        **_share("groups/allRight", accuracies, lambda accuracy: accuracy == 1),
        **_share("groups/allWrong", accuracies, lambda accuracy: accuracy == 0),
        **_share("groups/sweetSpot", accuracies, lambda accuracy: 0.3 <= accuracy <= 0.7),
    }


def _accuracy(group: Sequence[Record]) -> float | None:
    judged = [one["correct"] for one in group if one["correct"] is not None]
    return statistics.fmean(judged) if judged else None


def _share(name: str, values: Sequence[Any], fits: Callable[[Any], bool]) -> dict[str, float]:
    return {name: sum(map(fits, values)) / len(values)} if values else {}


def _lengths(rollouts: Sequence[Record]) -> dict[str, float]:
    told = [one for one in rollouts if one["segments"][0]["tokens"] or one["segments"][0]["text"] == ""]
    # Beside rollouts with tokens, it is not known what ended those without; a loop that tells no tokens at all may
    # tell that.
    figures = _share("length/truncated", told or rollouts, lambda one: one["segments"][-1]["stopReason"] == "length")
    for name, chosen in (
        ("length", told),
        ("length/right", _judged(told, True)),
        ("length/wrong", _judged(told, False)),
    ):
        lengths = sorted(len(written_of(one["segments"][0], one["segments"][0]["tokens"])) for one in chosen)
        if lengths:
            figures |= {
                f"{name}/mean": statistics.fmean(lengths),
                f"{name}/median": _quantile(lengths, 0.5),
                f"{name}/p95": _quantile(lengths, 0.95),
            }
    return figures


def _judged(rollouts: Sequence[Record], verdict: bool) -> list[Record]:
    return [one for one in rollouts if one["correct"] is verdict]


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between the two nearest, as the trainer computes it."""
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _entropy(rollouts: Sequence[Record]) -> dict[str, float]:
    segments = [rollout["segments"][0] for rollout in rollouts]
    entropies = [value for segment in segments for value in written_of(segment, segment["entropies"])]
    return {"policy/entropy": statistics.fmean(entropies)} if entropies else {}
