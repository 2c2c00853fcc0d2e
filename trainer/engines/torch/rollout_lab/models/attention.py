"""Attention that a layout of ours computes inside any transformers model.

transformers looks its attention function up by name (`config._attn_implementation`) and hands it whatever keyword
arguments the model's forward was called with. Ours asks the caller's `layout` for the result, which knows which tokens
belong together:

    decoder(input_ids=[1, N], position_ids=[1, N], layout=layout, use_cache=False)

No mask function is registered under the name, for which transformers builds no mask.
"""
from __future__ import annotations

from typing import Any, Protocol

import torch
from transformers import AttentionInterface

NAME = "rollout_lab"


class Layout(Protocol):
    """Which of the N packed tokens attend to which keys and values, those of earlier calls included."""

    def attend(
        self, layer_index: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """query [1, H, N, hd], key and value [1, Hkv, N, hd], rotated; gives [1, N, H, hd]. Causal within a sequence.
        """
        ...


class UnsupportedAttention(Exception):
    """A layer asks for attention that layouts do not compute."""


PLAIN_ARGUMENTS = frozenset({
    "dropout", "scaling", "sliding_window", "layout", "position_ids", "use_cache", "cache_position", "is_causal"})
"""What a layer may pass on without meaning another attention; a window is compared with the context when a model is
loaded."""


def refuse_other_attention(arguments: dict[str, Any]) -> None:
    """Rejects sinks, soft-capping, biases and whatever else is no plain softmax of scaled products."""
    other = [name for name, value in arguments.items() if name not in PLAIN_ARGUMENTS and value is not None and value is not False]
    if other:
        raise UnsupportedAttention(", ".join(sorted(other)))


def attend_by_layout(
    module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: torch.Tensor | None,
    scaling: float | None = None, layout: Layout | None = None, **arguments: Any
) -> tuple[torch.Tensor, None]:
    """An attention function in transformers' form."""
    if layout is None:
        raise UnsupportedAttention("a forward pass without a layout")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    return layout.attend(module.layer_idx, query, key, value, scale), None


AttentionInterface.register(NAME, attend_by_layout)
