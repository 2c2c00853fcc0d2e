"""Triton kernels of a decoding step: ten launches a layer in place of some forty.

At a few hundred rows a step is bound by reading weights and keys and values, and by the launches: a kernel of a microsecond takes
two or three to start, even replayed from a graph. So everything between two matrix products is one kernel. Attention reads each
key and value once; rows of a group stand beside each other, so that their prompt comes from the GPU's L2 cache for all but the
first. On a CPU the kernels run in Triton's interpreter (TRITON_INTERPRET=1), where they are tested; they have not yet been timed
on a GPU.
"""
from __future__ import annotations

import torch
import triton
import triton.language as tl

from rollout_lab.sampling.tiling import fitting, shared_bytes

LEAST_DOT = 16
"""Rows that a tensor core multiplies at least: the queries of a key head are filled up to them."""
GATE_BLOCK = 1024


@triton.jit
def _add_norm(stream, update, weight, out, size, epsilon, HAS_UPDATE: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    i = tl.arange(0, BLOCK)
    inside = i < size
    x = tl.load(stream + row * size + i, mask=inside, other=0.0)
    if HAS_UPDATE:
        x += tl.load(update + row * size + i, mask=inside, other=0.0).to(tl.float32)
        tl.store(stream + row * size + i, x, mask=inside)
    scale = tl.rsqrt(tl.sum(x * x) / size + epsilon)
    normed = x * scale * tl.load(weight + i, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + row * size + i, normed.to(out.dtype.element_ty), mask=inside)


def add_norm(
    stream: torch.Tensor, update: torch.Tensor | None, weight: torch.Tensor, epsilon: float
) -> torch.Tensor:
    """Adds update [B, d] to the residual stream (float32 [B, d], in place); gives its RMS norm in the type of the weight."""
    rows, size = stream.shape
    out = torch.empty_like(stream, dtype=weight.dtype)
    given = stream if update is None else update
    _add_norm[(rows,)](stream, given, weight, out, size, epsilon, HAS_UPDATE=update is not None, BLOCK=triton.next_power_of_2(size))
    return out


@triton.jit
def _gate(gate_up, out, size, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    i = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = i < size
    gate = tl.load(gate_up + row * 2 * size + i, mask=inside, other=0.0).to(tl.float32)
    up = tl.load(gate_up + row * 2 * size + size + i, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + row * size + i, (gate / (1.0 + tl.exp(-gate)) * up).to(out.dtype.element_ty), mask=inside)


def gate(gate_up: torch.Tensor) -> torch.Tensor:
    """silu(gate) · up of [B, 2·I]; gives [B, I]."""
    rows, size = gate_up.shape[0], gate_up.shape[1] // 2
    out = gate_up.new_empty((rows, size))
    _gate[(rows, triton.cdiv(size, GATE_BLOCK))](gate_up, out, size, BLOCK=GATE_BLOCK)
    return out


@triton.jit
def _turn(
    projected, query, keys, values, cosines, sines, positions, lengths, head_norm, capacity, epsilon,
    HEADS: tl.constexpr, KEY_HEADS: tl.constexpr, HALF: tl.constexpr, NORMED: tl.constexpr
):
    row, head = tl.program_id(0), tl.program_id(1)
    size: tl.constexpr = 2 * HALF
    i = tl.arange(0, HALF)
    source = projected + (row * (HEADS + 2 * KEY_HEADS) + head) * size
    first, second = tl.load(source + i).to(tl.float32), tl.load(source + HALF + i).to(tl.float32)
    if head < HEADS + KEY_HEADS:
        if NORMED:
            scale = tl.rsqrt((tl.sum(first * first) + tl.sum(second * second)) / size + epsilon)
            first *= scale * tl.load(head_norm + head * size + i).to(tl.float32)
            second *= scale * tl.load(head_norm + head * size + HALF + i).to(tl.float32)
        angle = tl.load(positions + row) * size + HALF + i
        cosine, sine = tl.load(cosines + angle), tl.load(sines + angle)
        turned = first * cosine - second * sine
        second = second * cosine + first * sine
        first = turned
    if head < HEADS:
        target = query + (row * HEADS + head) * size
        tl.store(target + i, first.to(query.dtype.element_ty))
        tl.store(target + HALF + i, second.to(query.dtype.element_ty))
    else:
        slot = tl.load(lengths + row)
        if head < HEADS + KEY_HEADS:
            target = keys + ((row * KEY_HEADS + head - HEADS).to(tl.int64) * capacity + slot) * size
        else:
            target = values + ((row * KEY_HEADS + head - HEADS - KEY_HEADS).to(tl.int64) * capacity + slot) * size
        tl.store(target + i, first.to(keys.dtype.element_ty))
        tl.store(target + HALF + i, second.to(keys.dtype.element_ty))


def turn_and_store(
    projected: torch.Tensor, head_norm: torch.Tensor | None, cosines: torch.Tensor, sines: torch.Tensor, positions: torch.Tensor,
    keys: torch.Tensor, values: torch.Tensor, lengths: torch.Tensor, epsilon: float, heads: int
) -> torch.Tensor:
    """Norms and rotates the query and key heads of projected [B, (H + 2·Hkv)·hd]; keys and values go to place `lengths` [B] of the
    rows' cache, [S, Hkv, C, hd] each. Gives the queries, [B, H, hd]."""
    key_heads, capacity, size = keys.shape[1:]
    rows = projected.shape[0]
    query = projected.new_empty((rows, heads, size))
    _turn[(rows, heads + 2 * key_heads)](
        projected, query, keys, values, cosines, sines, positions, lengths, projected if head_norm is None else head_norm, capacity,
        epsilon, HEADS=heads, KEY_HEADS=key_heads, HALF=size // 2, NORMED=head_norm is not None)
    return query


@triton.jit
def _look(query, keys, values, start, end, base, best, total, mixed, scale, SIZE: tl.constexpr, BLOCK: tl.constexpr):
    """Online softmax over tokens start … end−1 of one key head, at `base` in keys and values."""
    d = tl.arange(0, SIZE)
    for at in range(start, end, BLOCK):
        token = at + tl.arange(0, BLOCK)
        inside = token < end
        place = base + token[:, None] * SIZE + d[None, :]
        key = tl.load(keys + place, mask=inside[:, None], other=0.0)
        scores = tl.dot(query, tl.trans(key), input_precision="ieee") * scale
        scores = tl.where(inside[None, :], scores, float("-inf"))
        higher = tl.maximum(best, tl.max(scores, 1))
        shrink = tl.exp(best - higher)
        weights = tl.exp(scores - higher[:, None])
        value = tl.load(values + place, mask=inside[:, None], other=0.0)
        mixed = mixed * shrink[:, None] + tl.dot(weights.to(value.dtype), value, input_precision="ieee")
        total = total * shrink + tl.sum(weights, 1)
        best = higher
    return best, total, mixed


@triton.jit
def _attend(
    query, keys, values, lengths, prompt_keys, prompt_values, prompts, prompt_lengths, out, normalisers, capacity, prompt_capacity,
    scale, GROUP: tl.constexpr, PADDED: tl.constexpr, SIZE: tl.constexpr, BLOCK: tl.constexpr, SPLITS: tl.constexpr
):
    row, head, split = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    key_heads = tl.num_programs(1)
    g, d = tl.arange(0, PADDED), tl.arange(0, SIZE)
    own = tl.load(lengths + row).to(tl.int32) + 1
    prompt = tl.load(prompts + row)
    before = tl.load(prompt_lengths + prompt).to(tl.int32)
    share = tl.cdiv(tl.cdiv(before + own, SPLITS), BLOCK) * BLOCK
    start = split * share
    end = tl.minimum(start + share, before + own)
    real = (g < GROUP)[:, None]
    place = ((row * key_heads + head) * GROUP + g)[:, None] * SIZE + d[None, :]
    q = tl.load(query + place, mask=real, other=0.0)
    # A finite floor: a split without tokens would take −∞ from −∞.
    best = tl.full((PADDED,), -1e30, tl.float32)
    total = tl.zeros((PADDED,), tl.float32)
    mixed = tl.zeros((PADDED, SIZE), tl.float32)
    base = (prompt * key_heads + head).to(tl.int64) * prompt_capacity * SIZE
    best, total, mixed = _look(
        q, prompt_keys, prompt_values, start, tl.minimum(end, before), base, best, total, mixed, scale, SIZE, BLOCK)
    base = (row * key_heads + head).to(tl.int64) * capacity * SIZE
    best, total, mixed = _look(
        q, keys, values, tl.maximum(start, before) - before, end - before, base, best, total, mixed, scale, SIZE, BLOCK)
    mixed = mixed / tl.maximum(total, 1e-30)[:, None]
    if SPLITS == 1:
        tl.store(out + place, mixed.to(out.dtype.element_ty), mask=real)
    else:
        heads = ((row * key_heads + head) * GROUP + g) * SPLITS + split
        tl.store(out + heads[:, None] * SIZE + d[None, :], mixed, mask=real)
        tl.store(normalisers + heads, best + tl.log(tl.maximum(total, 1e-30)), mask=g < GROUP)


@triton.jit
def _join(parts, normalisers, out, SIZE: tl.constexpr, SPLITS: tl.constexpr):
    head = tl.program_id(0)
    s, d = tl.arange(0, SPLITS), tl.arange(0, SIZE)
    normaliser = tl.load(normalisers + head * SPLITS + s)
    weights = tl.exp(normaliser - tl.max(normaliser))
    part = tl.load(parts + (head * SPLITS + s)[:, None] * SIZE + d[None, :])
    tl.store(out + head * SIZE + d, (tl.sum(part * weights[:, None], 0) / tl.sum(weights)).to(out.dtype.element_ty))


def attend(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, lengths: torch.Tensor, prompt_keys: torch.Tensor,
    prompt_values: torch.Tensor, prompts: torch.Tensor, prompt_lengths: torch.Tensor, scale: float, splits: int
) -> torch.Tensor:
    """query [B, H, hd] over the prompt (`prompts` [B]: its place in the store, [P, Hkv, Cp, hd], of which it fills
    `prompt_lengths` [P]) and the row's own tokens (`lengths` [B] before this one) in [S, Hkv, C, hd]. `splits`, a power of two, is
    how many programs share a row's tokens: few rows would leave most of the GPU idle. Gives [B, H, hd]."""
    rows, heads, size = query.shape
    key_heads = keys.shape[1]
    group = heads // key_heads
    padded = max(LEAST_DOT, triton.next_power_of_2(group))
    tiling = fitting(padded, size, query.dtype.itemsize, shared_bytes(query.device))
    out = torch.empty_like(query)
    parts = out if splits == 1 else query.new_empty((rows, heads, splits, size), dtype=torch.float32)
    normalisers = query.new_empty((rows, heads, splits), dtype=torch.float32)
    _attend[(rows, key_heads, splits)](
        query, keys, values, lengths, prompt_keys, prompt_values, prompts, prompt_lengths, parts, normalisers, keys.shape[2],
        prompt_keys.shape[2], scale, GROUP=group, PADDED=padded, SIZE=size, BLOCK=tiling.tokens, SPLITS=splits,
        num_stages=tiling.stages)
    if splits > 1:
        _join[(rows * heads,)](parts, normalisers, out, SIZE=size, SPLITS=splits)
    return out
