"""The weights of a Llama-like model, laid out for decoding: query, key and value in one matrix, gate and up in one, adapters
merged, in the type that is computed with.

A step of decoding reads every weight once for a few hundred rows, so it is bound by memory and by the number of operators;
transformers' modules launch about fifty a layer, this layout needs ten. The copies cost the model's size once more, which
`worth_copying` weighs; a captured CUDA graph needs them to keep their place, so that new weights are copied into them.
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling.key_values import CacheShape

MODEL_TYPES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
LAYER_PARTS = frozenset({"self_attn", "mlp", "input_layernorm", "post_attention_layernorm"})
ATTENTION_PARTS = frozenset({"q_proj", "k_proj", "v_proj", "o_proj"})
HEAD_NORMS = frozenset({"q_norm", "k_norm"})
STATIC_ROPE = frozenset({"default", "linear", "llama3", "yarn"})
MOST_CPU_BYTES = 1 << 30
MOST_DEVICE_SHARE = 0.2


@dataclass(frozen=True)
class LayerWeights:
    input_norm: torch.Tensor
    """[d]"""
    qkv: torch.Tensor
    """[(H + 2·Hkv)·hd, d]"""
    qkv_bias: torch.Tensor | None
    head_norm: torch.Tensor | None
    """[H + Hkv, hd]: the norm's weight of every query head, then of every key head."""
    output: torch.Tensor
    """[d, H·hd]"""
    mlp_norm: torch.Tensor
    gate_up: torch.Tensor
    """[2·I, d]"""
    down: torch.Tensor
    """[d, I]"""


@dataclass(frozen=True)
class ModelWeights:
    shape: CacheShape
    norm_epsilon: float
    layers: tuple[LayerWeights, ...]
    embedding: torch.Tensor
    """[V, d]"""
    norm: torch.Tensor
    head: torch.Tensor
    """[V, d]; the embedding itself where they are tied."""
    cosines: torch.Tensor
    """Float32 [positions, hd], attention scaling included."""
    sines: torch.Tensor
    """As the cosines, the first half negated: rotation is x·cos + roll(x, hd/2)·sin."""


def cache_shape(model: LoadedModel) -> CacheShape:
    config = model.causal.config.get_text_config()
    heads = config.num_attention_heads
    key_value_heads = getattr(config, "num_key_value_heads", None) or heads
    return CacheShape(config.num_hidden_layers, heads, key_value_heads, model.head_size, model.compute_dtype, model.device)


def effective_weight(layer: nn.Module) -> torch.Tensor:
    """Of a linear layer or an embedding, with the active adapters of a peft layer added."""
    base = getattr(layer, "base_layer", None)
    if base is None:
        return layer.weight
    weight = base.weight
    if not layer.merged and not layer.disable_adapters:
        for name in layer.active_adapters:
            weight = weight + layer.get_delta_weight(name)
    return weight


def _bias(linear: nn.Module) -> torch.Tensor | None:
    return getattr(linear, "base_layer", linear).bias


def is_llama_like(model: LoadedModel) -> bool:
    """Whether the step of step.py computes this architecture: known by name, and its layers have the expected parts."""
    config = model.causal.config.get_text_config()
    rope = getattr(config, "rope_parameters", None) or {}
    known = config.model_type in MODEL_TYPES and config.hidden_act == "silu" and rope.get("rope_type") in STATIC_ROPE
    return model.packed and known and all(_has_expected_parts(layer) for layer in model.decoder().layers)


def _has_expected_parts(layer: nn.Module) -> bool:
    if {name for name, _ in layer.named_children()} != LAYER_PARTS or layer.self_attn.scaling != layer.self_attn.head_dim**-0.5:
        return False
    attention = {name for name, _ in layer.self_attn.named_children()}
    biased = [layer.self_attn.o_proj, layer.mlp.gate_proj, layer.mlp.up_proj, layer.mlp.down_proj]
    return attention - HEAD_NORMS == ATTENTION_PARTS and all(_bias(linear) is None for linear in biased)


def worth_copying(model: LoadedModel) -> bool:
    """A small model's copy costs little and saves much; a large one's operators are long, and its memory is needed."""
    size = sum(each.numel() for each in model.causal.parameters()) * model.compute_dtype.itemsize
    if model.device.type != "cuda":
        return size <= MOST_CPU_BYTES
    return size <= MOST_DEVICE_SHARE * torch.cuda.get_device_properties(model.device).total_memory


@torch.no_grad()
def copy_weights(model: LoadedModel, positions: int) -> ModelWeights:
    """Fresh copies, with rotary tables for `positions` tokens."""
    decoder, dtype, shape = model.decoder(), model.compute_dtype, cache_shape(model)
    embedding = effective_weight(model.causal.get_input_embeddings())
    head = effective_weight(model.output_head())
    copied = embedding.detach().to(dtype, copy=True)
    cosines, sines = _rotary_tables(decoder, positions, shape)
    return ModelWeights(
        shape, decoder.layers[0].input_layernorm.variance_epsilon, tuple(_layer(layer, shape) for layer in decoder.layers),
        copied, _copy(decoder.norm.weight, dtype), copied if head is embedding else head.detach().to(dtype, copy=True), cosines, sines)


@torch.no_grad()
def refresh_weights(target: ModelWeights, model: LoadedModel) -> None:
    """Copies the model's present weights into `target`, tensor by tensor."""
    decoder, dtype = model.decoder(), target.embedding.dtype
    for old, layer in zip(target.layers, decoder.layers):
        new = _layer(layer, target.shape)
        for name, tensor in vars(old).items():
            if tensor is not None:
                tensor.copy_(getattr(new, name))
    target.embedding.copy_(effective_weight(model.causal.get_input_embeddings()))
    target.norm.copy_(_copy(decoder.norm.weight, dtype))
    if target.head is not target.embedding:
        target.head.copy_(effective_weight(model.output_head()))


def _copy(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return tensor.detach().to(dtype, copy=True)


def _matrix(parts: list[torch.Tensor], dtype: torch.dtype) -> torch.Tensor:
    """Weights [o, i] of linear layers, one below the other. On CPUs in the order of their columns: oneDNN multiplies a few rows by
    such a matrix a tenth faster."""
    whole = _stacked(parts, dtype)
    return whole.t().contiguous().t() if whole.device.type == "cpu" else whole


def _layer(layer: nn.Module, shape: CacheShape) -> LayerWeights:
    attention, mlp, dtype = layer.self_attn, layer.mlp, shape.dtype
    projections = [attention.q_proj, attention.k_proj, attention.v_proj]
    biases = [_bias(projection) for projection in projections]
    return LayerWeights(
        input_norm=_copy(layer.input_layernorm.weight, dtype),
        qkv=_matrix([effective_weight(projection) for projection in projections], dtype),
        qkv_bias=None if biases[0] is None else _stacked(biases, dtype),
        head_norm=_head_norm(attention, shape),
        output=_matrix([effective_weight(attention.o_proj)], dtype),
        mlp_norm=_copy(layer.post_attention_layernorm.weight, dtype),
        gate_up=_matrix([effective_weight(mlp.gate_proj), effective_weight(mlp.up_proj)], dtype),
        down=_matrix([effective_weight(mlp.down_proj)], dtype))


def _stacked(parts: list[torch.Tensor], dtype: torch.dtype) -> torch.Tensor:
    return torch.cat([part.detach().to(dtype) for part in parts])


def _head_norm(attention: nn.Module, shape: CacheShape) -> torch.Tensor | None:
    if not hasattr(attention, "q_norm"):
        return None
    query = attention.q_norm.weight.detach().expand(shape.heads, -1)
    key = attention.k_norm.weight.detach().expand(shape.key_value_heads, -1)
    return _stacked([query, key], shape.dtype)


def _rotary_tables(decoder: nn.Module, positions: int, shape: CacheShape) -> tuple[torch.Tensor, torch.Tensor]:
    like = torch.zeros(1, dtype=torch.float32, device=shape.device)
    cosines, sines = decoder.rotary_emb(like, torch.arange(positions, device=shape.device)[None])
    half = shape.head_size // 2
    return cosines[0], torch.cat([-sines[0, :, :half], sines[0, :, half:]], dim=-1)
