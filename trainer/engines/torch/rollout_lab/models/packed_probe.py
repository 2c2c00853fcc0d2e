"""Whether a model computes the same when its sequences are packed and a layout of ours attends for it.

Asked of the model itself: two short sequences go through it packed, and one by one through transformers' own attention.
A recurrent layer, an attention sink, soft-capping or a bias shows as a layer that never asks, as an argument that no
plain attention has, or as other logits. So does what a model does to its logits after the output head (a scale, a cap).
Both are computed in float32, whatever the weights are, so that rounding hides nothing. What short sequences do not show
is read in the configuration.
"""
from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, PretrainedConfig, PreTrainedModel

from rollout_lab.models.attention import UnsupportedAttention, attend_by_layout, refuse_other_attention
from rollout_lab.models.loaded_model import head_size
from rollout_lab.models.wide_weights import in_float32

PROBE = "rollout_lab_probe"
LENGTHS = (3, 5)
TOLERANCE = 1e-4
"""Relative."""
WINDOWS = re.compile(r"(^|_)(window|window_size|attention_chunk_size)$")
"""Names of how far attention looks back, of which not every model tells its attention function."""
CAPS = re.compile(r"soft_?cap")
"""Names of bounds of scores and logits, which small ones do not show."""
LENGTH_DEPENDENT = ("dynamic", "longrope")
"""Rotary positions that follow the longest sequence of a batch, which short ones do not show."""


class ProbeLayout:
    """Attends within each of the two sequences and notes which layers asked, and for what."""

    def __init__(self, context_length: int) -> None:
        self.context_length = context_length
        self.asked: list[int] = []
        self.shapes: set[tuple[int, int, int, int, int]] = set()
        """Heads, key heads, and the sizes of a query's, a key's and a value's head."""

    def attend(
        self, layer_index: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        self.asked.append(layer_index)
        self.shapes.add((query.shape[1], key.shape[1], query.shape[-1], key.shape[-1], value.shape[-1]))
        parts = zip(*(each.split(LENGTHS, dim=2) for each in (query, key, value)))
        attended = [scaled_dot_product_attention(*part, is_causal=True, scale=scaling, enable_gqa=True) for part in parts]
        return torch.cat(attended, dim=2).transpose(1, 2)


def _attend_and_look(
    module: nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: torch.Tensor | None,
    layout: ProbeLayout | None = None, **arguments: Any
) -> tuple[torch.Tensor, None]:
    if layout is None:
        raise UnsupportedAttention("keyword arguments do not reach the attention")
    refuse_other_attention(arguments)
    window = arguments.get("sliding_window")
    if window is not None and window < layout.context_length:
        raise UnsupportedAttention("a sliding window")
    return attend_by_layout(module, query, key, value, attention_mask, layout=layout, **arguments)


AttentionInterface.register(PROBE, _attend_and_look)


def _positions(device: torch.device) -> torch.Tensor:
    return torch.cat([torch.arange(length, device=device) for length in LENGTHS])[None]


def _rope_types(config: PretrainedConfig) -> set[Any]:
    """Of all layers, whose kinds may have positions of their own."""
    told = getattr(config, "rope_parameters", None) or {}
    return {each.get("rope_type") for each in (told, *told.values()) if isinstance(each, dict)}


def _looks_back_without_end(config: PretrainedConfig, context_length: int) -> bool:
    """Whether every layer attends to everything before, as far as the configuration says."""
    kinds = getattr(config, "layer_types", None)
    if kinds and all(kind == "full_attention" for kind in kinds):
        return True
    windows = [value for name, value in vars(config).items() if WINDOWS.search(name) and isinstance(value, int)]
    return all(window >= context_length for window in windows if window > 0)


def _is_plain(config: PretrainedConfig, context_length: int) -> bool:
    caps = [value for name, value in vars(config).items() if CAPS.search(name)]
    return _looks_back_without_end(config, context_length) and not any(caps) and _rope_types(config).isdisjoint(LENGTH_DEPENDENT)


def _asks_as_described(layout: ProbeLayout, config: PretrainedConfig) -> bool:
    """Every layer once, for heads of the one shape that keys and values are kept in (latent attention has several)."""
    heads = config.num_attention_heads
    size = head_size(config)
    described = (heads, getattr(config, "num_key_value_heads", None) or heads, size, size, size)
    return sorted(layout.asked) == list(range(config.num_hidden_layers)) and layout.shapes == {described}


def _packed_logits(network: PreTrainedModel, tokens: torch.Tensor, layout: ProbeLayout) -> torch.Tensor:
    """[N, V], as sampling and training compute them: the decoder, and the output head alone."""
    own = network.config._attn_implementation
    network.set_attn_implementation(PROBE)
    try:
        outputs = network.get_decoder()(input_ids=tokens, position_ids=_positions(tokens.device), layout=layout, use_cache=False)
        return network.get_output_embeddings()(outputs.last_hidden_state[0])
    finally:
        network.set_attn_implementation(own)


def _own_logits(network: PreTrainedModel, tokens: torch.Tensor) -> torch.Tensor:
    """[N, V], as the model computes them."""
    return torch.cat([network(input_ids=part, use_cache=False).logits[0] for part in tokens.split(LENGTHS, dim=1)])


@torch.no_grad()
def runs_packed(network: PreTrainedModel, context_length: int) -> bool:
    """`network` is in evaluation mode, on the device that it will run on."""
    config: PretrainedConfig = network.config.get_text_config()
    if context_length < max(LENGTHS) or not _is_plain(config, context_length):
        return False
    if not isinstance(network.get_output_embeddings(), nn.Linear):
        return False
    device = network.get_input_embeddings().weight.device
    tokens = (torch.arange(sum(LENGTHS), device=device) * 7 + 1).remainder(config.vocab_size)[None]
    layout = ProbeLayout(context_length)
    try:
        with in_float32(network):
            packed, own = _packed_logits(network, tokens, layout), _own_logits(network, tokens)
    except torch.OutOfMemoryError:
        raise
    except Exception:  # Whatever a model answers to a layout that it cannot take, it is then run as transformers runs it.
        return False
    return _asks_as_described(layout, config) and bool((packed - own).norm() <= TOLERANCE * own.norm())
