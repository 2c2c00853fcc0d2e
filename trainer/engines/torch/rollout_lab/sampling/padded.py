"""Sampling from models whose attention cannot be ours (soft-capping, sinks, recurrent layers): transformers' own forward pass
and cache, prompts padded on the left, a wave of rows at a time.

Slower than the packed way: prompts are computed once a row, and a wave lasts as long as its longest row. Rows that ended go on
unread. Prompts of like length go together, so that little is padded.
"""
from __future__ import annotations

from typing import Callable, Iterator, Sequence

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling.call import RowQueue, SampleCall
from rollout_lab.sampling.draws import uniform_draws
from rollout_lab.sampling.filters import SamplingSettings, pick_tokens
from rollout_lab.sampling.own_cache import OwnForward, RowBytes
from rollout_lab.sampling.plan import Limits
from rollout_lab.sampling.rows import SampledRow


def sample_padded(
    model: LoadedModel, call: SampleCall, settings: SamplingSettings, cancelled: Callable[[], bool], limits: Limits, each: RowBytes
) -> None:
    """`each`: what the model keeps of a row."""
    for wave in waves(call.unfinished, limits, each):
        if not cancelled():
            _Wave(model, call, settings, wave).run(cancelled)


def waves(rows: Sequence[SampledRow], limits: Limits, each: RowBytes) -> Iterator[list[SampledRow]]:
    """Rows that are made together: as many as fit at their longest, and one at least."""
    wave: list[SampledRow] = []
    most = 0
    for row in sorted(rows, key=lambda row: len(row.source.prompt)):
        # Prompts grow from row to row, and are padded to the longest.
        most = max(most, row.end.limit)
        needed = (len(wave) + 1) * each.of(len(row.source.prompt) + most)
        if wave and (len(wave) >= limits.lanes or needed > limits.key_value_bytes):
            yield wave
            wave, most = [], row.end.limit
        wave.append(row)
    if wave:
        yield wave


class _Wave:
    def __init__(self, model: LoadedModel, call: SampleCall, settings: SamplingSettings, rows: list[SampledRow]) -> None:
        self._settings, self._rows = settings, rows
        self._queue = RowQueue(call, rows)
        device = model.device
        longest = max(len(row.source.prompt) for row in rows)
        padded = [[row.source.prompt[0]] * (longest - len(row.source.prompt)) + list(row.source.prompt) for row in rows]
        self._tokens = torch.tensor(padded, device=device)
        behind = torch.tensor([longest - len(row.source.prompt) for row in rows], device=device)
        self._mask = (torch.arange(longest, device=device) >= behind[:, None]).long()
        limit = max(row.end.limit for row in rows)
        self._draws = torch.stack([uniform_draws(row.key, limit) for row in rows]).to(device)
        self._forward = OwnForward(model)

    def run(self, cancelled: Callable[[], bool]) -> None:
        made = 0
        while not cancelled() and any(row.stop_reason is None for row in self._rows):
            logits = self._forward.logits(self._tokens, self._mask)
            picked = pick_tokens(logits, self._draws[:, made], self._settings)
            numbers = torch.stack([picked.logprobs, picked.sampling_logprobs, picked.entropies])
            new = picked.tokens[:, None]
            # A model without such a cache (Mamba has one of its own) reads everything again.
            self._tokens = torch.cat([self._tokens, new], dim=1) if self._forward.cache is None else new
            made += 1
            self._queue.take(self._rows, picked.tokens[None].cpu(), numbers[None].cpu())
            # Rows that ended stay where they are: positions beyond the context may have no embedding, or change those of the others.
            goes_on = torch.tensor([row.stop_reason is None for row in self._rows], device=new.device)
            self._mask = torch.cat([self._mask, goes_on[:, None].long()], dim=1)
            self._queue.tell(self._rows, made)
