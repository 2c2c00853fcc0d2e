"""Triton kernels that draw a token while reading the logits about once: with 150,000 words, what plain operators read and write of
them takes as long as the rest of a step. Tested as kernels.py is."""
from __future__ import annotations

import torch
import triton
import triton.language as tl

VOCABULARY_BLOCK = 2048


@triton.jit
def _block_sums(logits, maxima, sums, products, tempered, size, inverse_temperature, BLOCK: tl.constexpr):
    row, block, blocks = tl.program_id(0), tl.program_id(1), tl.num_programs(1)
    i = block * BLOCK + tl.arange(0, BLOCK)
    inside = i < size
    x = tl.load(logits + row.to(tl.int64) * size + i, mask=inside, other=float("-inf")).to(tl.float32)
    top = tl.max(x)
    weights = tl.exp(x - top)
    at = row * blocks + block
    tl.store(maxima + at, top)
    tl.store(sums + at, tl.sum(weights))
    tl.store(products + at, tl.sum(weights * tl.where(weights > 0, x, 0.0)))
    tl.store(tempered + at, tl.sum(tl.exp((x - top) * inverse_temperature)))


@triton.jit
def _pick_in_block(logits, blocks, rests, tops, tokens, chosen, size, inverse_temperature, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    place = tl.arange(0, BLOCK)
    i = tl.load(blocks + row) * BLOCK + place
    x = tl.load(logits + row.to(tl.int64) * size + i, mask=i < size, other=float("-inf")).to(tl.float32)
    weights = tl.exp((x - tl.load(tops + row)) * inverse_temperature)
    beyond = (tl.cumsum(weights, 0) > tl.load(rests + row)) & (weights > 0)
    first = tl.min(tl.where(beyond, place, BLOCK))
    # Sums of another order can fall short by rounding; then it is the last that can be drawn.
    last = tl.max(tl.where(weights > 0, place, 0))
    picked = tl.minimum(first, last)
    tl.store(tokens + row, (tl.load(blocks + row) * BLOCK + picked).to(tl.int64))
    tl.store(chosen + row, tl.sum(tl.where(place == picked, x, 0.0)))


def pick(
    logits: torch.Tensor, uniforms: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """As `filters.pick_tokens` without filters, at a temperature above 0, reading the logits [B, V] about once: token, log-probability,
    log-probability under the sampling distribution and entropy, [B] each."""
    rows, size = logits.shape
    blocks = triton.cdiv(size, VOCABULARY_BLOCK)
    maxima, sums, products, tempered = torch.empty((4, rows, blocks), dtype=torch.float32, device=logits.device)
    inverse = 1 / temperature
    _block_sums[(rows, blocks)](logits, maxima, sums, products, tempered, size, inverse, BLOCK=VOCABULARY_BLOCK)
    top = maxima.amax(1, keepdim=True)
    scales = (maxima - top).exp()
    total = (scales * sums).sum(1)
    normaliser = top[:, 0] + total.log()
    entropies = normaliser - (scales * products).sum(1) / total
    weights = ((maxima - top) * inverse).exp() * tempered
    cumulated = weights.cumsum(1)
    target = uniforms * cumulated[:, -1]
    block = ((cumulated > target[:, None]) & (weights > 0)).to(torch.uint8).argmax(1, keepdim=True)
    rest = target - (cumulated - weights).gather(1, block)[:, 0]
    tokens = torch.empty(rows, dtype=torch.int64, device=logits.device)
    chosen = torch.empty(rows, dtype=torch.float32, device=logits.device)
    _pick_in_block[(rows,)](logits, block, rest, top, tokens, chosen, size, inverse, BLOCK=VOCABULARY_BLOCK)
    sampling = (chosen - top[:, 0]) * inverse - cumulated[:, -1].log()
    return tokens, chosen - normaliser, sampling, entropies
