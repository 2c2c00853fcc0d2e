"""transformers' own forward pass over rows of tokens, with what the model remembers of them from call to call."""
from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import dataclass
from typing import Any

import torch

from rollout_lab.models.loaded_model import LoadedModel

TRIAL_LENGTHS = (4, 12)
"""Tokens: of two trials, so that what grows with a sequence can be told from what does not."""


class OwnForward:
    def __init__(self, model: LoadedModel) -> None:
        self._model = model
        takes = inspect.signature(model.causal.forward).parameters
        # Purely recurrent models have a name of their own for what they remember, and take no mask beside it.
        self._recurrent = "cache_params" in takes
        self._last_alone = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}
        self.cache: Any = None
        """None too where a model keeps nothing: it has to read everything again."""

    def logits(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """[B, V] behind the last of the tokens [B, N], new ones or all; mask [B, T] of all so far, 0 = padding."""
        positions = (mask.cumsum(1) - 1).clamp_min_(0)[:, -tokens.shape[1]:]
        # The whole model, not decoder and head: some cap or scale their logits.
        with self._model.autocast():
            outputs = self._model.causal(input_ids=tokens, use_cache=True, **self._memory(mask, positions), **self._last_alone)
        self.cache = outputs.cache_params if self._recurrent else outputs.past_key_values
        return outputs.logits[:, -1]

    def _memory(self, mask: torch.Tensor, positions: torch.Tensor) -> dict[str, Any]:
        if self._recurrent:
            return {"cache_params": self.cache, "attention_mask": mask if self.cache is None else None}
        return {"past_key_values": self.cache, "attention_mask": mask, "position_ids": positions}


@dataclass(frozen=True)
class RowBytes:
    """What a model keeps of one row while it samples."""

    fixed: float
    """The states of recurrent layers."""
    growth: tuple[tuple[float, int | None], ...]
    """Keys and values of a token, and of how many tokens they are kept: layers with a window forget; None = of all."""

    def of(self, tokens: int) -> float:
        return self.fixed + sum(each * (tokens if window is None else min(tokens, window)) for each, window in self.growth)


@torch.inference_mode()
def measure_rows(model: LoadedModel) -> RowBytes:
    """By what the model keeps of two short rows: caches differ too much from kind to kind to be computed from a configuration."""
    short, long = TRIAL_LENGTHS
    kept_short, kept_long = _kept_bytes(model, short), _kept_bytes(model, long)
    growth = {window: (kept - kept_short[window]) / (long - short) for window, kept in kept_long.items()}
    fixed = sum(max(0.0, kept - growth[window] * short) for window, kept in kept_short.items())
    return RowBytes(fixed, tuple((each, window) for window, each in growth.items()))


def _kept_bytes(model: LoadedModel, tokens: int) -> Counter[int | None]:
    """Of a row of so many tokens, by the window of the layers; None = without."""
    forward = OwnForward(model)
    row = torch.zeros((1, tokens), dtype=torch.int64, device=model.device)
    forward.logits(row, torch.ones_like(row))
    kept: Counter[int | None] = Counter()
    _add_tensors(forward.cache, None, kept, set())
    return kept


def _add_tensors(value: Any, window: int | None, kept: Counter[int | None], seen: set[int]) -> None:
    """Adds the bytes of all tensors in an object, each once."""
    if id(value) in seen or value is None or isinstance(value, (str, int, float, type)):
        return
    seen.add(id(value))
    if isinstance(value, torch.Tensor):
        kept[window] += value.numel() * value.element_size()
        return
    held = value if isinstance(value, (dict, list, tuple)) else getattr(value, "__dict__", ())
    for part in held.values() if isinstance(held, dict) else held:
        _add_tensors(part, getattr(value, "sliding_window", None) or window, kept, seen)
