from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.training.loss_rows import LossRows, RowIndex, loss_rows, row_masks
from rollout_lab.training.loss_terms import ModelRows, batch_loss
from rollout_lab.training.pairs import find_pairs, pair_term

DATA: list[dict[str, Any]] = [
    {"prompt": [1], "completion": [5, 6, 7], "mask_T": [1, 0, 1], "advantages_T": [1.0, 9.0, -1.0], "stepLabels_T": [1, 0.5, None]},
    {"prompt": [1], "completion": []},
    {"prompt": [1, 2], "completion": [8, 9]}
]


def rows_of(loss: dict[str, Any], data: list[dict[str, Any]] = DATA) -> LossRows:
    return loss_rows(data, RowIndex(data), row_masks(data), loss, {})


@pytest.mark.parametrize(("normalisation", "weights"), [
    ({"kind": "tokenMean"}, [1 / 4, 0, 1 / 4, 1 / 4, 1 / 4]),
    ({"kind": "tokenMean", "denominator": 10}, [0.1, 0, 0.1, 0.1, 0.1]),
    ({"kind": "sequenceMean"}, [1 / 6, 0, 1 / 6, 1 / 6, 1 / 6]),
    ({"kind": "sequenceMean", "denominator": 4}, [1 / 8, 0, 1 / 8, 1 / 8, 1 / 8]),
    ({"kind": "constant", "length": 5}, [1 / 15, 0, 1 / 15, 1 / 15, 1 / 15]),
    ({"kind": "constant", "length": 5, "denominator": 2}, [0.1, 0, 0.1, 0.1, 0.1])
])
def test_weights_of_tokens(normalisation: dict[str, Any], weights: list[float]) -> None:
    assert rows_of({"terms": [], "normalisation": normalisation}).weights.tolist() == pytest.approx(weights)


def test_nothing_to_average_over_gives_zero() -> None:
    masked = [{"prompt": [1], "completion": [5], "mask_T": [0]}]
    for kind in ("tokenMean", "sequenceMean"):
        assert rows_of({"terms": [], "normalisation": {"kind": kind}}, masked).weights.tolist() == [0]


def test_missing_fields_and_masked_rows() -> None:
    rows = rows_of({"terms": [{"kind": "stepReward", "weight": 1}], "normalisation": {"kind": "tokenMean"}})
    assert rows.mask.tolist() == [1, 0, 1, 1, 1]
    assert rows.advantages.tolist() == [1, 0, -1, 0, 0]
    assert rows.likelihood.tolist() == [1, 0, 1, 1, 1]
    assert rows.sequence.tolist() == [0, 0, 0, 2, 2]
    assert rows.targets[0].tolist() == [1, 0, 0, 0, 0]
    assert rows.shares[0].tolist() == [1, 0, 0, 0, 0]
    part = rows.at(torch.tensor([3, 0]))
    assert (part.advantages.tolist(), part.targets[0].tolist(), part.sequence.tolist()) == ([0, 1], [0, 1], [2, 0])


def test_rows_go_back_to_their_sequences() -> None:
    index = RowIndex(DATA)
    assert index.per_sequence(torch.arange(5)) == [[0, 1, 2], [], [3, 4]]
    assert index.rows([2, 0]).tolist() == [3, 4, 0, 1, 2]


def test_slopes_of_a_clipped_ratio() -> None:
    """By hand: A = 1 with ρ = 1.5 above the clip has none, A = −1 with ρ = 1.5 has that of −ρA."""
    data = [{"prompt": [1], "completion": [5, 6], "advantages_T": [1.0, -1.0], "behaviourLogprobs_T": [-1.0, -1.0]}]
    term = {"kind": "policyGradient", "weight": 2, "ratio": "token", "clipLow": 0.2, "clipHigh": 0.2}
    rows = rows_of({"terms": [term], "normalisation": {"kind": "tokenMean"}}, data)
    logprobs = torch.full((2,), -1.0) + math.log(1.5)
    found = batch_loss([term], rows, ModelRows(logprobs, torch.zeros(2)))
    assert found.values == pytest.approx([(-1.2 + 1.5) / 2])
    assert found.slopes.logprobs.tolist() == pytest.approx([0, 2 * 1.5 / 2], rel=1e-6)
    assert found.slopes.entropies.tolist() == [0, 0]


def test_slopes_beyond_single_precision_are_refused() -> None:
    data = [{"prompt": [1], "completion": [5], "referenceLogprobs_T": [300.0]}]
    term = {"kind": "klToReference", "weight": 1, "estimator": "k3"}
    rows = rows_of({"terms": [term], "normalisation": {"kind": "tokenMean"}}, data)
    with pytest.raises(LabError) as raised:
        batch_loss([term], rows, ModelRows(torch.zeros(1), torch.zeros(1)))
    assert (raised.value.code, raised.value.place) == ("engine/not-finite", "loss term 0 (klToReference)")


PAIR = [
    {"prompt": [1], "completion": [2], "pair": {"name": "x", "side": "rejected"}}, {"prompt": [1], "completion": [3, 4], "mask_T": [1, 0]},
    {"prompt": [1], "completion": [3, 4], "mask_T": [1, 1], "referenceLogprobs_T": [-1.0, -2.0], "pair": {"name": "x", "side": "chosen"}}]


def test_a_pair_by_hand() -> None:
    """z = β·[(−0.5 + 1) + (−1 + 2) − (−3)] = 0.1·4.5, loss −log σ(z), slope β·(σ(z) − 1)."""
    assert find_pairs(PAIR) == [(2, 0)]
    logprobs = torch.tensor([-3.0, 7.0, 7.0, -0.5, -1.0], dtype=torch.float64)
    term = {"kind": "pairwise", "variant": "sigmoid", "beta": 0.1}
    found = pair_term(term, PAIR, RowIndex(PAIR), row_masks(PAIR), logprobs, None)
    right = 1 / (1 + math.exp(-0.45))
    assert found.value == pytest.approx(-math.log(right))
    assert found.slopes.tolist() == pytest.approx([0.1 * (1 - right), 0, 0, 0.1 * (right - 1), 0.1 * (right - 1)])
    assert pair_term(term, PAIR, RowIndex(PAIR), row_masks(PAIR), logprobs, 4).value == pytest.approx(-math.log(right) / 4)


@pytest.mark.parametrize("changes", [
    {"variant": "hinge"}, {"variant": "ipo"}, {"variant": "sigmoid", "labelSmoothing": 0.2, "margin": 0.3},
    {"variant": "hinge", "lengthNormalised": True}
], ids=str)
def test_slopes_of_pairs_by_finite_differences(changes: dict[str, Any]) -> None:
    term = {"kind": "pairwise", "beta": 0.4, **changes}
    logprobs = torch.tensor([-3.0, 7.0, 7.0, -3.5, -1.0], dtype=torch.float64)

    def value(at: torch.Tensor) -> float:
        return pair_term(term, PAIR, RowIndex(PAIR), row_masks(PAIR), at, None).value

    slopes = pair_term(term, PAIR, RowIndex(PAIR), row_masks(PAIR), logprobs, None).slopes
    for row in range(5):
        step = torch.zeros(5, dtype=torch.float64)
        step[row] = 1e-6
        assert float(slopes[row]) == pytest.approx((value(logprobs + step) - value(logprobs - step)) / 2e-6, abs=1e-6)
    assert float(slopes.abs().sum()) > 0


def test_far_pairs_do_not_overflow() -> None:
    logprobs = torch.tensor([1e4, 0.0, 0.0, -1e4, 0.0], dtype=torch.float64)
    found = pair_term({"kind": "pairwise", "variant": "sigmoid", "beta": 1}, PAIR, RowIndex(PAIR), row_masks(PAIR), logprobs, None)
    assert found.value == pytest.approx(2e4, rel=1e-3) and float(found.slopes[0]) == pytest.approx(1)
