"""Drawing a token from logits: temperature, then top-k, top-p and min-p, each over what the one before left.

The convention of the draw is the embedded engine's: the token whose interval of the cumulated probabilities holds the
uniform number, tokens in the order of their ids, or from the likeliest down where a filter has sorted them.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class SamplingSettings:
    """One setting for all rows of a call; ranges are checked by the trainer before the call is sent."""

    temperature: float = 1.0
    """0 = greedy, filters ignored."""
    top_k: int = 0
    """0 = off."""
    top_p: float = 1.0
    min_p: float = 0.0

    @property
    def filtered(self) -> bool:
        return self.temperature > 0 and (self.top_k > 0 or self.top_p < 1 or self.min_p > 0)

    @staticmethod
    def of(parameters: dict[str, Any]) -> SamplingSettings:
        return SamplingSettings(parameters["temperature"], parameters["topK"], parameters["topP"], parameters["minP"])


@dataclass(frozen=True)
class Picked:
    """One token a row, [B] each."""

    tokens: torch.Tensor
    """int64"""
    logprobs: torch.Tensor
    """Of the token under the policy at temperature 1."""
    sampling_logprobs: torch.Tensor
    """Of the token under the distribution drawn from; 0 where greedy."""
    entropies: torch.Tensor
    """Of the policy at temperature 1, in nats."""


def pick_tokens(logits: torch.Tensor, uniforms: torch.Tensor, settings: SamplingSettings) -> Picked:
    """Draws from logits [B, V] (computed with as float32) with uniforms [B], which are multiples of 2⁻²⁴ in [0, 1)."""
    logits = logits.float()
    policy = logits.log_softmax(-1)
    probabilities = policy.exp()
    entropies = -(probabilities * policy.clamp_min(torch.finfo(torch.float32).min)).sum(-1)
    uniforms = uniforms[:, None]
    if settings.temperature == 0:
        tokens = logits.argmax(-1, keepdim=True)
        sampling = torch.zeros_like(uniforms)
    elif settings.filtered:
        tokens, sampling = _draw_filtered((logits / settings.temperature).log_softmax(-1), uniforms, settings)
    elif settings.temperature == 1:
        tokens, _ = _inverse_cdf(probabilities, uniforms)
        sampling = policy.gather(1, tokens)
    else:
        tempered = (logits / settings.temperature).log_softmax(-1)
        tokens, _ = _inverse_cdf(tempered.exp(), uniforms)
        sampling = tempered.gather(1, tokens)
    return Picked(tokens[:, 0], policy.gather(1, tokens)[:, 0], sampling[:, 0], entropies)


def _draw_filtered(
    tempered: torch.Tensor, uniforms: torch.Tensor, settings: SamplingSettings
) -> tuple[torch.Tensor, torch.Tensor]:
    """Every filter keeps a prefix of the tokens sorted from the likeliest down; the likeliest always stays."""
    size = tempered.shape[-1]
    logs, ids = tempered.topk(min(settings.top_k, size) if settings.top_k > 0 else size, dim=-1)
    probabilities = logs.exp()
    before = probabilities.cumsum(-1) - probabilities
    mass = probabilities.sum(-1, keepdim=True) * settings.top_p
    kept = probabilities >= settings.min_p * probabilities[:, :1]
    if settings.top_p < 1:
        kept &= before < mass
    kept[:, 0] = True
    indices, total = _inverse_cdf(torch.where(kept, probabilities, 0.0), uniforms)
    return ids.gather(1, indices), logs.gather(1, indices) - total.log()


def _inverse_cdf(weights: torch.Tensor, uniforms: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The first token whose cumulated sum of weights [B, V] is above uniform · total, and the total, [B, 1] each.

    The total is the last sum itself, not 1, and a uniform is at most 1 − 2⁻²⁴, so the product rounds to less than the
    total and some token always has a larger sum. A GPU sums in blocks, where rounding can lift a sum at a weight of 0.
    """
    sums = weights.cumsum(-1)
    total = sums[:, -1:]
    beyond = (sums > uniforms * total) & (weights > 0)
    return beyond.to(torch.uint8).argmax(-1, keepdim=True), total
