"""The terms of a loss on rows of log-probabilities, entropies and values of the reward head: float64 [R] each, with gradients.

The definitions stand in `engine.ts`. Each row's value is kept apart from its weight, so that a micro-batch can sum what is its own.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import softplus

from rollout_lab.errors import not_finite
from rollout_lab.training.loss_rows import HEAD_TARGETS, LossRows

Term = dict[str, Any]


@dataclass(frozen=True)
class ModelRows:
    """What the model says of each row, [R]."""

    logprobs: torch.Tensor
    entropies: torch.Tensor
    heads: torch.Tensor | None = None
    """The reward head once it has read the token; None where no term asks."""


@dataclass(frozen=True)
class BatchLoss:
    """Of some rows; values are parts of sums over the whole call."""

    values: list[float]
    """Of each term, before its weight; 0 of pairwise terms, whose value is known before."""
    slopes: ModelRows
    """dL/d each row, of the whole loss."""
    ratios: torch.Tensor | None
    """[R] of the first term that has one."""


def importance_ratios(rows: LossRows, logprobs: torch.Tensor, per: str) -> torch.Tensor:
    """ρ per row: exp(d) of a token, or exp(mean of d) over the sequence's masked tokens (GSPO, https://arxiv.org/abs/2507.18071);
    1 where masked, of a token."""
    difference = (logprobs - rows.behaviour) * rows.mask
    if per == "token":
        return difference.exp()
    mean = torch.zeros_like(rows.counts).index_add(0, rows.sequence, difference) / rows.counts
    return mean.exp()[rows.sequence]


def clip_bounds(term: Term) -> tuple[float | None, float | None]:
    """Of the ratio; None = none."""
    low, high = term.get("clipLow"), term.get("clipHigh")
    return None if low is None else 1 - low, None if high is None else 1 + high


def _policy_gradient(term: Term, rows: LossRows, said: ModelRows) -> tuple[torch.Tensor, torch.Tensor | None]:
    if term["ratio"] == "none":
        return -rows.advantages * said.logprobs, None
    ratios = importance_ratios(rows, said.logprobs, term["ratio"])
    surrogate = ratios * rows.advantages
    lowest, highest = clip_bounds(term)
    if lowest is not None or highest is not None:
        surrogate = torch.minimum(surrogate, ratios.clamp(lowest, highest) * rows.advantages)
    return -surrogate, ratios.detach()


def _kl_to_reference(term: Term, rows: LossRows, said: ModelRows) -> torch.Tensor:
    """Schulman's estimators (http://joschu.net/blog/kl-approx.html) with u = reference − policy log-probability."""
    u = (rows.reference - said.logprobs) * rows.mask
    if term["estimator"] == "k1":
        return -u
    return u.square() / 2 if term["estimator"] == "k2" else u.expm1() - u


def _token_term(term: Term, rows: LossRows, said: ModelRows) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Values [R], and ratios where the term has them."""
    if term["kind"] == "policyGradient":
        return _policy_gradient(term, rows, said)
    if term["kind"] == "crossEntropy":
        return -rows.likelihood * said.logprobs, None
    if term["kind"] == "klToReference":
        return _kl_to_reference(term, rows, said), None
    if term["kind"] == "entropyBonus":
        return -said.entropies, None
    raise ValueError(f"unknown loss term {term['kind']}")


def head_losses(kind: str, heads: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """−y·log σ(h) − (1 − y)·log(1 − σ(h)), or ½(h − y)²."""
    return softplus(heads) - targets * heads if kind == "stepReward" else (heads - targets).square() / 2


def _term_sum(i: int, term: Term, rows: LossRows, said: ModelRows) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The term over these rows, averaged as it is to be; and its ratios."""
    if term["kind"] in HEAD_TARGETS:
        assert said.heads is not None
        return (rows.shares[i] * head_losses(term["kind"], said.heads, rows.targets[i])).sum(), None
    values, ratios = _token_term(term, rows, said)
    return (rows.weights * values).sum(), ratios


def _leaf(values: torch.Tensor) -> torch.Tensor:
    return values.detach().cpu().double().requires_grad_()


def batch_loss(terms: list[Term], rows: LossRows, said: ModelRows) -> BatchLoss:
    """Values and slopes of the loss over the rows of one micro-batch, which holds its sequences whole.
    Rejects a value or a slope that single precision cannot hold with `engine/not-finite`."""
    leaves = ModelRows(_leaf(said.logprobs), _leaf(said.entropies), None if said.heads is None else _leaf(said.heads))
    given = [leaf for leaf in (leaves.logprobs, leaves.entropies, leaves.heads) if leaf is not None]
    slopes = [torch.zeros_like(leaf) for leaf in given]
    values: list[float] = []
    ratios: torch.Tensor | None = None
    with torch.enable_grad():
        for i, term in enumerate(terms):
            if term["kind"] == "pairwise":
                values.append(0.0)
                slopes[0] += term["weight"] * rows.slopes[i]
                continue
            value, found = _term_sum(i, term, rows, leaves)
            ratios = found if ratios is None else ratios
            values.append(float(value.detach()))
            own = torch.autograd.grad(term["weight"] * value, given, allow_unused=True)
            for total, slope in zip(slopes, own):
                if slope is not None:
                    total += slope
            _require_finite(i, term, value.detach(), own)
    return BatchLoss(values, ModelRows(*slopes), ratios)


def _require_finite(i: int, term: Term, value: torch.Tensor, slopes: tuple[torch.Tensor | None, ...]) -> None:
    found = [value, *(slope for slope in slopes if slope is not None)]
    if not all(bool(each.float().isfinite().all()) for each in found):
        raise not_finite(f"loss term {i} ({term['kind']})", "in the forward pass")
