"""Sampling from models whose attention cannot be ours (soft-capping, sinks, recurrent layers): transformers' own forward pass
and cache, prompts padded on the left, a wave of rows at a time.

Slower than the packed way: prompts are computed once a row, and a wave lasts as long as its longest row. Rows that ended go on
unread. Prompts of like length go together, so that little is padded.
"""
from __future__ import annotations

import inspect
from typing import Any, Callable

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling.call import RowQueue, SampleCall
from rollout_lab.sampling.draws import uniform_draws
from rollout_lab.sampling.filters import SamplingSettings, pick_tokens
from rollout_lab.sampling.rows import SampledRow


def sample_padded(
    model: LoadedModel, call: SampleCall, settings: SamplingSettings, cancelled: Callable[[], bool], lanes: int
) -> None:
    rows = sorted(call.unfinished, key=lambda row: len(row.source.prompt))
    for first in range(0, len(rows), lanes):
        if not cancelled():
            _Wave(model, call, settings, rows[first:first + lanes]).run(cancelled)


class _Wave:
    def __init__(self, model: LoadedModel, call: SampleCall, settings: SamplingSettings, rows: list[SampledRow]) -> None:
        self._model, self._settings, self._rows = model, settings, rows
        self._queue = RowQueue(call, rows)
        device = model.device
        longest = max(len(row.source.prompt) for row in rows)
        padded = [[row.source.prompt[0]] * (longest - len(row.source.prompt)) + list(row.source.prompt) for row in rows]
        self._tokens = torch.tensor(padded, device=device)
        behind = torch.tensor([longest - len(row.source.prompt) for row in rows], device=device)
        self._mask = (torch.arange(longest, device=device) >= behind[:, None]).long()
        limit = max(row.end.limit for row in rows)
        self._draws = torch.stack([uniform_draws(row.key, limit) for row in rows]).to(device)
        # Purely recurrent models have a name of their own for what they remember, and take no mask beside it.
        self._recurrent = "cache_params" in inspect.signature(model.causal.forward).parameters
        self._cache: Any = None

    def run(self, cancelled: Callable[[], bool]) -> None:
        made = 0
        while not cancelled() and any(row.stop_reason is None for row in self._rows):
            logits = self._logits()
            picked = pick_tokens(logits, self._draws[:, made], self._settings)
            numbers = torch.stack([picked.logprobs, picked.sampling_logprobs, picked.entropies])
            new = picked.tokens[:, None]
            # A model without such a cache (Mamba has one of its own) reads everything again.
            self._tokens = torch.cat([self._tokens, new], dim=1) if self._cache is None else new
            self._mask = torch.cat([self._mask, torch.ones_like(new)], dim=1)
            made += 1
            self._queue.take(self._rows, picked.tokens[None].cpu(), numbers[None].cpu())
            self._queue.tell(self._rows, made)

    def _logits(self) -> torch.Tensor:
        """[B, V] behind the last of the tokens."""
        model, count = self._model, self._tokens.shape[1]
        positions = (self._mask.cumsum(1) - 1).clamp_min_(0)[:, -count:]
        # The whole model, not decoder and head: some cap or scale their logits.
        with model.autocast():
            outputs = model.causal(input_ids=self._tokens, use_cache=True, **self._memory(positions))
        self._cache = outputs.cache_params if self._recurrent else outputs.past_key_values
        return outputs.logits[:, -1]

    def _memory(self, positions: torch.Tensor) -> dict[str, Any]:
        if self._recurrent:
            return {"cache_params": self._cache, "attention_mask": self._mask if self._cache is None else None}
        return {"past_key_values": self._cache, "attention_mask": self._mask, "position_ids": positions, "logits_to_keep": 1}
