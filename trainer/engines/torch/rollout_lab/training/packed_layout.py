"""Attention within each of many sequences that lie packed, one after another, in one row of tokens."""
from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

import torch
from torch.nn.functional import scaled_dot_product_attention

from rollout_lab.devices.transfer import on_device
from rollout_lab.training.cpu_attention import attend_by_products, suits_products

CALL_TOKENS = 4
"""About what another attention call costs on a CPU, forward and backward, as tokens through the rest of a small layer."""
VARLEN_CAPABILITY = (8, 0)
VARLEN_HEAD, VARLEN_HEAD_STEP = 256, 8
"""The largest head of the kernel, and what the size of each is a multiple of: it refuses others, where PyTorch's own attention pads them."""
HALF = (torch.bfloat16, torch.float16)


@dataclass(frozen=True)
class EqualLengths:
    """Neighbours of one length, which attend in one call."""

    start: int
    count: int
    length: int


def padded_lengths(lengths: Sequence[int]) -> list[int]:
    """The lengths to give sequences, longest first, so that few groups of equal length remain. Padding stands behind a sequence, where
    causal attention never looks; a group joins the one before where its padding costs less than another call would."""
    padded: list[int] = []
    for length, group in groupby(lengths):
        count = len(list(group))
        joins = bool(padded) and count * (padded[-1] - length) <= CALL_TOKENS
        padded += [padded[-1] if joins else length] * count
    return padded


def equal_lengths(lengths: Sequence[int]) -> list[EqualLengths]:
    groups: list[EqualLengths] = []
    start = 0
    for length, group in groupby(lengths):
        count = len(list(group))
        groups.append(EqualLengths(start, count, length))
        start += count * length
    return groups


def has_varlen(device: torch.device, dtype: torch.dtype, asked: str) -> bool:
    """Whether attention over packed sequences of any length is one kernel here: flash attention by NVIDIA's hardware, on half floats."""
    if device.type != "cuda" or torch.version.hip is not None or dtype not in HALF or asked == "sdpa":
        return False
    return torch.cuda.get_device_capability(device) >= VARLEN_CAPABILITY and {"scale", "window_size"} <= _varlen_settings()


def varlen_takes(head_size: int) -> bool:
    return head_size <= VARLEN_HEAD and head_size % VARLEN_HEAD_STEP == 0


def _varlen_settings() -> set[str]:
    """What PyTorch's kernel can be told, which grew from release to release."""
    from torch.nn.attention import varlen

    return set(inspect.signature(varlen.varlen_attn).parameters)


class PackedLayout:
    """Causal attention within each of `lengths` ([S], summing to N)."""

    def __init__(self, lengths: Sequence[int], device: torch.device, *, varlen: bool) -> None:
        self._groups = equal_lengths(lengths)
        self._longest = max(lengths)
        # With one length of 0 in front: where each sequence starts, and the last one ends.
        starts = [0, *accumulate(lengths)]
        self._starts = on_device(torch.tensor(starts, dtype=torch.int32), device) if varlen else None

    def attend(
        self, layer_index: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """query [1, H, N, hd], key and value [1, Hkv, N, hd], rotated; gives [1, N, H, hd]."""
        if self._starts is not None and varlen_takes(query.shape[-1]):
            return self._varlen(query, key, value, scaling)
        parts = [_attend_equal(group, query, key, value, scaling) for group in self._groups]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)

    def _varlen(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float) -> torch.Tensor:
        from torch.nn.attention.varlen import varlen_attn

        # Under autocast norms and rotations leave queries and keys in float32.
        half = value.dtype if value.dtype in HALF else torch.bfloat16
        rows = [each[0].transpose(0, 1).to(half) for each in (query, key, value)]
        # Where it cannot be told of shared key heads, it takes them as they come.
        shared = {"enable_gqa": query.shape[1] != key.shape[1]} if "enable_gqa" in _varlen_settings() else {}
        # A window that reaches any distance back and none ahead is causal attention.
        return varlen_attn(
            *rows, self._starts, self._starts, self._longest, self._longest, scale=scaling, window_size=(-1, 0), **shared)[None]


def _attend_equal(group: EqualLengths, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float) -> torch.Tensor:
    """[1, n·L, H, hd] of a group of n sequences of length L."""
    rows = slice(group.start, group.start + group.count * group.length)

    def by_sequence(heads: torch.Tensor) -> torch.Tensor:
        """[n, heads, L, hd]"""
        return heads[0, :, rows].unflatten(1, (group.count, group.length)).transpose(0, 1)

    q, k, v = by_sequence(query), by_sequence(key), by_sequence(value)
    if q.device.type == "cpu":
        return _on_cpu(q, k, v, scaling).to(value.dtype)
    if q.shape[1] != k.shape[1] and not _shares_keys(q):
        k, v = (each.repeat_interleave(q.shape[1] // each.shape[1], dim=1) for each in (k, v))
    return _packed_again(_attention(q, k, v, scaling))


def _on_cpu(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, scaling: float) -> torch.Tensor:
    """In float32 at least: the backward pass of PyTorch's kernel is eight times slower in bfloat16."""
    with torch.autocast("cpu", enabled=False):
        wide = [each.float() if each.dtype in HALF else each for each in (q, k, v)]
        if suits_products(*wide):
            return attend_by_products(*wide, scaling).flatten(0, 1)[None]
        return _packed_again(_attention(*wide, scaling))


def _attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, scaling: float) -> torch.Tensor:
    """[n, H, L, hd]"""
    return scaled_dot_product_attention(q, k, v, is_causal=q.shape[2] > 1, scale=scaling, enable_gqa=q.shape[1] != k.shape[1])


def _packed_again(out: torch.Tensor) -> torch.Tensor:
    """[n, H, L, hd] as [1, n·L, H, hd]"""
    return out.transpose(1, 2).reshape(1, -1, *out.shape[1::2])


def _shares_keys(query: torch.Tensor) -> bool:
    """Whether a GPU's kernel without a table of scores reads one key head for several query heads: in half floats alone."""
    return query.device.type == "cuda" and (query.dtype in HALF or torch.is_autocast_enabled("cuda"))
