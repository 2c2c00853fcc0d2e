from __future__ import annotations

from typing import Any

import pytest

from rollout_lab.live.run_totals import RunTotals
from rollout_lab.live.step_metrics import step_metrics


def rollout(
    group: str, total: float | None, correct: bool | None, tokens: int, stop: str = "endOfText"
) -> dict[str, Any]:
    return {
        "group": group,
        "correct": correct,
        "reward": {"total": total, "parts": [{"name": "answer", "score": total}]},
        "segments": [
            {
                "tokens": [0] * tokens,
                "tokenEnds": list(range(1, tokens + 1)),
                "text": "x",
                "entropies": [0.5] * tokens,
                "spans": [],
                "stopReason": stop,
            }
        ],
    }


def test_figures_are_those_of_the_trainer() -> None:
    rollouts = [
        rollout("a", 1, True, 2),
        rollout("a", 0, False, 4),
        rollout("b", 1, True, 6),
        rollout("b", 1, True, 8, "length"),
        rollout("c", None, None, 3),
    ]
    values = step_metrics(rollouts)
    assert values["reward/mean"] == values["reward/part/answer"] == values["train/passAt1"] == 0.75
    assert values["reward/std"] == pytest.approx(0.5)
    assert values["reward/standardError"] == pytest.approx(0.25)
    assert (values["rollouts/total"], values["rollouts/notScorable"], values["groups/total"]) == (5, 1, 3)
    assert [values[f"groups/{name}"] for name in ("zeroVariance", "allRight", "allWrong", "sweetSpot")] == [
        0.5,
        0.5,
        0,
        0.5,
    ]
    assert (values["length/mean"], values["length/median"], values["length/p95"], values["length/truncated"]) == (
        4.6,
        4,
        7.6,
        0.2,
    )
    assert (values["length/wrong/mean"], values["policy/entropy"]) == (4, 0.5)


def test_tool_output_has_no_length_and_no_entropy() -> None:
    one = rollout("a", 1, None, 4)
    one["segments"][0] |= {"entropies": [0.5, 0.0, 0.0, 0.5], "spans": [{"kind": "tool", "from": 1, "to": 3}]}
    values = step_metrics([one])
    assert (values["length/mean"], values["policy/entropy"]) == (2, 0.5)
    totals = RunTotals()
    totals.add([{**one, "kind": "train", "timing": {"rewardSeconds": 0.0}}])
    assert (totals.sampled_tokens, totals.trained_tokens) == (2, 4)


def test_rollouts_of_other_processes_do_not_lower_the_share_of_those_cut_off() -> None:
    told, untold = rollout("a", 1, None, 2, "length"), rollout("a", 1, None, 0)
    assert step_metrics([told, untold])["length/truncated"] == 1
    assert step_metrics([rollout("a", 1, None, 0, "length"), untold])["length/truncated"] == 0.5


def test_what_cannot_be_computed_is_absent() -> None:
    values = step_metrics([rollout("a", None, None, 0)])
    assert values == {"rollouts/total": 1, "rollouts/notScorable": 1, "groups/total": 1, "length/truncated": 0}
