"""Log-probability and entropy of given tokens from the hidden states that predict them, with bounded memory.

A vocabulary of 151k makes [R, V] logits by far the largest tensor of a training step. They are made in chunks of rows; where all of
them fit they are kept for the backward pass, else each chunk is computed again there.

With z the logits of a row, log p = z − logsumexp(z), H = −Σ p·log p, and incoming slopes a = dL/dlog p[target], b = dL/dH:

    dL/dz_j = a·(1[j = target] − p_j) − b·p_j·(log p_j + H)
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from rollout_lab.devices.cpu_products import product, tall_product
from rollout_lab.devices.float_products import float_product

LEAST_ROWS = 256
"""Rows of a chunk, however large the vocabulary: each chunk reads the whole head, and adds to its whole gradient."""
CPU_FLOATS = 2**22, 2**26
"""Made at once, which on a CPU stay near its caches; and kept for the backward pass."""
DEVICE_SHARES = 0.01, 0.1
"""The same of a GPU's memory."""
FLOAT_BYTES = 4


@dataclass(frozen=True)
class LogitLimits:
    """Floats of [R, V] logits."""

    chunk: int
    kept: int
    least_rows: int = 1

    @classmethod
    def of(cls, device: torch.device) -> LogitLimits:
        if device.type != "cuda":
            return cls(*CPU_FLOATS, LEAST_ROWS)
        floats = torch.cuda.get_device_properties(device).total_memory / FLOAT_BYTES
        return cls(*(int(share * floats) for share in DEVICE_SHARES), LEAST_ROWS)

    def rows(self, vocabulary_size: int) -> int:
        """Of a chunk."""
        return max(self.least_rows, self.chunk // vocabulary_size, 1)


@dataclass
class _Chunk:
    rows: slice
    """[r, V] log-probabilities, float32 or wider; None = computed again from the hidden states."""
    kept: torch.Tensor | None = field(repr=False)


def wide(dtype: torch.dtype) -> torch.dtype:
    return torch.float64 if dtype == torch.float64 else torch.float32


def log_softmax(hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """[r, V], at least float32, of hidden states and weights in the type to compute in."""
    logits = float_product(hidden, weight, bias)
    return torch.log_softmax(logits, dim=-1, dtype=wide(logits.dtype))


def chosen_and_entropy(logp: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of [r, V] log-probabilities: [r] at the targets, and [r] entropies."""
    return logp.gather(1, targets[:, None])[:, 0], -(logp.exp() * logp).sum(1)


def logit_slopes(logp: torch.Tensor, targets: torch.Tensor, a: torch.Tensor, b: torch.Tensor | None) -> torch.Tensor:
    """dL/dz, in the place of `logp`. See the module's formula."""
    if b is None:
        slopes = logp.exp_().mul_(-a[:, None])
    else:
        p = logp.exp()
        entropies = -(p * logp).sum(1)
        slopes = logp.add_(entropies[:, None]).mul_(-b[:, None]).sub_(a[:, None]).mul_(p)
    return slopes.scatter_add_(1, targets[:, None], a[:, None])


class _TokenLogprobs(torch.autograd.Function):
    """hidden [R, d], weight [V, d], bias [V] or None, targets int64 [R] → log-probabilities [R], entropies [R]."""

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, targets: torch.Tensor, dtype: torch.dtype,
        limits: LogitLimits
    ) -> tuple[torch.Tensor, torch.Tensor]:
        rows, vocabulary = hidden.shape[0], weight.shape[0]
        keeps = rows * vocabulary <= limits.kept
        step = limits.rows(vocabulary)
        cast = _cast(weight, bias, dtype)
        logprobs = hidden.new_empty(rows, dtype=wide(dtype))
        entropies = torch.empty_like(logprobs)
        ctx.chunks = []
        for start in range(0, rows, step):
            part = slice(start, min(start + step, rows))
            logp = log_softmax(hidden[part].to(dtype), *cast)
            logprobs[part], entropies[part] = chosen_and_entropy(logp, targets[part])
            ctx.chunks.append(_Chunk(part, logp if keeps else None))
        ctx.dtype = dtype
        ctx.save_for_backward(hidden, weight, bias, targets)
        ctx.set_materialize_grads(False)
        return logprobs, entropies

    @staticmethod
    def backward(ctx: Any, a: torch.Tensor | None, b: torch.Tensor | None) -> tuple[torch.Tensor | None, ...]:
        hidden, weight, bias, targets = ctx.saved_tensors
        needs_hidden, needs_weight, needs_bias = ctx.needs_input_grad[:3]
        cast = _cast(weight, bias, ctx.dtype)
        if a is None:
            a = torch.zeros(hidden.shape[0], dtype=wide(ctx.dtype), device=hidden.device)
        to_hidden = torch.empty_like(hidden) if needs_hidden else None
        to_weight = torch.zeros_like(weight) if needs_weight else None
        to_bias = torch.zeros_like(bias) if needs_bias else None
        for chunk in ctx.chunks:
            part = chunk.rows
            logp = log_softmax(hidden[part].to(ctx.dtype), *cast) if chunk.kept is None else chunk.kept
            chunk.kept = None
            slopes = logit_slopes(logp, targets[part], a[part], None if b is None else b[part])
            if to_bias is not None:
                to_bias += slopes.sum(0)
            slopes = slopes.to(ctx.dtype)
            if to_hidden is not None:
                to_hidden[part] = product(slopes, cast[0])
            if to_weight is not None:
                _add_product(to_weight, slopes, hidden[part].to(ctx.dtype))
        return to_hidden, to_weight, to_bias, None, None, None


def _cast(weight: torch.Tensor, bias: torch.Tensor | None, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor | None]:
    return weight.to(dtype), None if bias is None else bias.to(dtype)


def _add_product(total: torch.Tensor, slopes: torch.Tensor, hidden: torch.Tensor) -> None:
    """total [V, d] += slopesᵀ [V, r] · hidden [r, d]"""
    if total.is_cuda and total.dtype == slopes.dtype:
        total.addmm_(slopes.t(), hidden)
    else:
        total += tall_product(slopes, hidden)


def token_logprobs(
    head: nn.Module, hidden: torch.Tensor, targets: torch.Tensor, dtype: torch.dtype, limits: LogitLimits
) -> tuple[torch.Tensor, torch.Tensor]:
    """[R] log-probabilities of `targets` and [R] entropies, from the [R, d] hidden states that predict them. `dtype` is what the
    head computes in."""
    if not torch.is_grad_enabled():
        limits = replace(limits, kept=0)
    if type(head) is nn.Linear:
        return _TokenLogprobs.apply(hidden, head.weight, head.bias, targets, dtype, limits)
    return _by_module(head, hidden, targets, limits)


def _by_module(head: nn.Module, hidden: torch.Tensor, targets: torch.Tensor, limits: LogitLimits) -> tuple[torch.Tensor, torch.Tensor]:
    """Of a head that is more than a matrix, such as one with an adapter: chunks are computed again in the backward pass."""
    step = limits.rows(head.out_features)

    def part(rows: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return logits_logprobs(head(rows), wanted)

    chunks = [
        torch.utils.checkpoint.checkpoint(part, rows, wanted, use_reentrant=False)
        for rows, wanted in zip(hidden.split(step), targets.split(step))
    ]
    return torch.cat([logprobs for logprobs, _ in chunks]), torch.cat([entropies for _, entropies in chunks])


def logits_logprobs(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The same of [R, V] logits that somebody else made."""
    return chosen_and_entropy(torch.log_softmax(logits, dim=-1, dtype=wide(logits.dtype)), targets)
