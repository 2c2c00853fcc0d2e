"""Sequences with everything that a loss may read, over the vocabulary of tiny_models."""
from __future__ import annotations

import random
from typing import Any

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.testing.naive_training import naive_tokens

LENGTHS = ((3, 9), (1, 2), (12, 5), (2, 17), (6, 1), (4, 9), (3, 5))
PAIRS = (
    {"name": "a", "side": "chosen"}, {"name": "b", "side": "rejected"}, None, {"name": "b", "side": "chosen"},
    {"name": "a", "side": "rejected"})
OFFSETS = (-0.7, -0.35, -0.1, 0.06, 0.25, 0.45)
"""Of log-probabilities to the behaviour policy's: inside and outside of the clips below, on both sides, away from the edges."""
COMBINED: tuple[dict[str, Any], ...] = (
    {"kind": "policyGradient", "weight": 1, "ratio": "token", "clipLow": 0.2, "clipHigh": 0.3},
    {"kind": "policyGradient", "weight": 0.5, "ratio": "sequence", "clipHigh": 0.15},
    {"kind": "crossEntropy", "weight": 0.1}, {"kind": "klToReference", "weight": 0.2, "estimator": "k3"},
    {"kind": "entropyBonus", "weight": 0.05})
TERMS: dict[str, dict[str, Any]] = {
    "no ratio": {"kind": "policyGradient", "weight": 1, "ratio": "none"},
    "token ratios": {"kind": "policyGradient", "weight": 2, "ratio": "token"},
    "token ratios, clipped": {"kind": "policyGradient", "weight": 1.5, "ratio": "token", "clipLow": 0.2, "clipHigh": 0.3},
    "a low clip alone": {"kind": "policyGradient", "weight": 1, "ratio": "token", "clipLow": 0.2},
    "a high clip alone": {"kind": "policyGradient", "weight": 1, "ratio": "token", "clipHigh": 0.3},
    "sequence ratios": {"kind": "policyGradient", "weight": 1, "ratio": "sequence"},
    "sequence ratios, clipped": {"kind": "policyGradient", "weight": 1, "ratio": "sequence", "clipLow": 0.1, "clipHigh": 0.15},
    "crossEntropy": {"kind": "crossEntropy", "weight": 0.8},
    "k1": {"kind": "klToReference", "weight": 1, "estimator": "k1"},
    "k2": {"kind": "klToReference", "weight": 1, "estimator": "k2"},
    "k3": {"kind": "klToReference", "weight": 0.5, "estimator": "k3"},
    "entropyBonus": {"kind": "entropyBonus", "weight": 0.7},
    "pairs, sigmoid": {"kind": "pairwise", "weight": 1.2, "variant": "sigmoid", "beta": 0.3},
    "pairs, smoothed": {
        "kind": "pairwise", "weight": 1, "variant": "sigmoid", "beta": 2, "labelSmoothing": 0.1, "margin": 0.4, "lengthNormalised": True},
    "pairs, hinge": {"kind": "pairwise", "weight": 1, "variant": "hinge", "beta": 0.1},
    "pairs, ipo": {"kind": "pairwise", "weight": 0.5, "variant": "ipo", "beta": 0.5},
    "stepReward": {"kind": "stepReward", "weight": 0.8},
    "valueRegression": {"kind": "valueRegression", "weight": 0.3}
}
NORMALISATIONS: tuple[dict[str, Any], ...] = (
    {"kind": "tokenMean"}, {"kind": "tokenMean", "denominator": 100}, {"kind": "sequenceMean"}, {"kind": "sequenceMean", "denominator": 16},
    {"kind": "constant", "length": 20}, {"kind": "constant", "length": 20, "denominator": 16})


def train_data(model: LoadedModel) -> list[dict[str, Any]]:
    """The last sequence is masked whole; ratios are spread around 1 by what the model itself says."""
    return [_sequence(model, i, prompt, completion) for i, (prompt, completion) in enumerate(LENGTHS)]


@torch.no_grad()
def _sequence(model: LoadedModel, i: int, prompt: int, completion: int) -> dict[str, Any]:
    draw = random.Random(i)

    def tokens(count: int) -> list[int]:
        return [draw.randrange(model.vocabulary_size) for _ in range(count)]

    sequence = {"prompt": tokens(prompt), "completion": tokens(completion)}
    logprobs = naive_tokens(model, sequence).logprobs.tolist()
    side = 0.25 if i % 2 == 0 else -0.25
    masked = {t for t in range(completion) if i == len(LENGTHS) - 1 or (i == 3 and t < 5) or (i == 0 and t % 3 == 1)}
    pair = PAIRS[i] if i < len(PAIRS) else None
    return {
        **sequence,
        "mask_T": [0 if t in masked else 1 for t in range(completion)],
        "advantages_T": [draw.gauss(0, 1) for _ in logprobs],
        "behaviourLogprobs_T": [logp - side - draw.choice(OFFSETS) for logp in logprobs],
        "referenceLogprobs_T": [logp + 0.4 * draw.gauss(0, 1) for logp in logprobs],
        "weights_T": [2 * draw.random() for _ in logprobs],
        "stepLabels_T": [None if (t + i) % 3 == 0 else draw.random() for t in range(completion)],
        "returns_T": [draw.gauss(0, 1) if (t + i) % 2 == 0 else None for t in range(completion)],
        **({} if pair is None else {"pair": pair})
    }
