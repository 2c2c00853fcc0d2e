"""Layers of Llama's family with fewer passes over memory between their matrix products.

transformers writes a norm or a rotation as half a dozen operators, each of which reads and writes whole tensors in float32; on a GPU that
takes longer than the products of a small model. Here a norm is one operator that gives what the next product computes in (on a GPU
PyTorch's kernel), and both it and a rotation have gradients of their own. On a CPU, where products take most of the time, a training
step of a 5M model takes a tenth less.

Asked without a layout, layers are what they were; a model whose hidden states come out otherwise than before keeps its own.
"""
from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.functional import rms_norm
from transformers import PreTrainedModel

from rollout_lab.models.attention import Layout
from rollout_lab.models.wide_weights import in_float32
from rollout_lab.training.packed_layout import PackedLayout

MODEL_TYPES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
LENGTHS = [5, 3]
TOLERANCE = 1e-5
"""Relative, of the hidden states of a trial in float32: in bfloat16, rounding alone makes two orders of operators differ by 2 % after 30 layers."""
Forward = Callable[..., Any]
Angles = tuple[torch.Tensor, torch.Tensor]
"""Cosines and sines: float32 [1, N, 1, hd / 2] each."""


class _Rotation(torch.autograd.Function):
    """The two halves of the last dimension turned against each other (RoPE, https://arxiv.org/abs/2104.09864); its gradient turns back.
    x: float32 [1, N, heads, hd]"""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(cosines, sines)
        return _turn(x, cosines, sines, 1)

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        return _turn(slope, *ctx.saved_tensors, -1), None, None


def _turn(x: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor, sense: int) -> torch.Tensor:
    half = x.shape[-1] // 2
    turned = torch.empty_like(x)
    one, two = x.split(half, dim=-1)
    torch.mul(one, cosines, out=turned[..., :half]).addcmul_(two, sines, value=-sense)
    torch.mul(two, cosines, out=turned[..., half:]).addcmul_(one, sines, value=sense)
    return turned


class _CpuNorm(torch.autograd.Function):
    """RMSNorm where PyTorch composes it of operators. With y = x / r, r = √(mean x² + ε), and slopes s = w·dL/d(w·y):

        dL/dx = (s − y·mean(s·y)) / r

    x: float32 [..., d], weight: float32 [d]"""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, epsilon: float) -> torch.Tensor:
        inverse = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(x.shape[-1]).add_(epsilon).rsqrt_()
        ctx.save_for_backward(x, weight, inverse)
        return (x * inverse).mul_(weight)

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weight, inverse = ctx.saved_tensors
        y = x * inverse
        products = slope * y
        means = (products @ weight[:, None]).div_(-x.shape[-1])
        return torch.addcmul(slope * weight, y, means).mul_(inverse), products.flatten(0, -2).sum(0), None


def _normed(norm: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """float32 (RMSNorm, https://arxiv.org/abs/1910.07467)"""
    if x.device.type == "cpu":
        return _CpuNorm.apply(x.float(), norm.weight.float(), norm.variance_epsilon)
    return rms_norm(x.float(), x.shape[-1:], norm.weight.float(), norm.variance_epsilon)


def _norm_forward(self: nn.Module, hidden_states: torch.Tensor) -> torch.Tensor:
    kind = hidden_states.device.type
    return _normed(self, hidden_states).to(torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else hidden_states.dtype)


def _turned(x: torch.Tensor, norm: nn.Module | None, angles: Angles) -> torch.Tensor:
    """[1, N, heads, hd] to [1, heads, N, hd], in the type of x."""
    wide = x.float() if norm is None else _normed(norm, x)
    return _Rotation.apply(wide, *angles).to(x.dtype).transpose(1, 2)


def _attention_forward(own: Forward) -> Forward:
    def forward(
        self: nn.Module, hidden_states: torch.Tensor, position_embeddings: Angles, attention_mask: torch.Tensor | None = None,
        past_key_values: Any = None, layout: Layout | None = None, **others: Any
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        if layout is None or past_key_values is not None:
            return own(hidden_states, position_embeddings, attention_mask, past_key_values=past_key_values, layout=layout, **others)
        by_head = (*hidden_states.shape[:-1], -1, self.head_dim)
        query, key, value = (projection(hidden_states).view(by_head) for projection in (self.q_proj, self.k_proj, self.v_proj))
        cosines, sines = (each[..., :self.head_dim // 2].float()[:, :, None] for each in position_embeddings)
        query = _turned(query, getattr(self, "q_norm", None), (cosines, sines))
        key = _turned(key, getattr(self, "k_norm", None), (cosines, sines))
        out = layout.attend(self.layer_idx, query, key, value.transpose(1, 2), self.scaling)
        return self.o_proj(out.flatten(2)), None

    return forward


def _parts(network: PreTrainedModel) -> Iterator[tuple[nn.Module, Forward]]:
    for layer in network.get_decoder().layers:
        yield layer.input_layernorm, _norm_forward
        yield layer.post_attention_layernorm, _norm_forward
        yield layer.self_attn, _attention_forward(layer.self_attn.forward)


def _trial(network: PreTrainedModel) -> torch.Tensor:
    """Hidden states of two short sequences, computed in float32."""
    device = network.get_input_embeddings().weight.device
    tokens = (torch.arange(sum(LENGTHS), device=device) * 5 + 1).remainder(network.config.vocab_size)[None]
    positions = torch.cat([torch.arange(length, device=device) for length in LENGTHS])[None]
    layout = PackedLayout(LENGTHS, device, varlen=False)
    with torch.no_grad(), in_float32(network):
        return network.get_decoder()(input_ids=tokens, position_ids=positions, layout=layout, use_cache=False).last_hidden_state


def use_fused_layers(network: PreTrainedModel) -> bool:
    """Of a transformers model whose attention asks layouts. To be called once, when a model is loaded: rounding
    differs, so that one model has to compute in one way throughout. True where its layers are fused from now on."""
    if network.config.model_type not in MODEL_TYPES:
        return False
    before = _trial(network)
    changed = []
    for module, forward in list(_parts(network)):
        module.forward = types.MethodType(forward, module)
        changed.append(module)
    after = _trial(network)
    if float((after.float() - before.float()).norm()) <= TOLERANCE * float(before.float().norm()):
        return True
    for module in changed:
        del module.forward
    return False
