"""One step of decoding: a token for every row. Two ways to the same logits.

`LlamaStep` computes Llama-like models (Llama, Mistral, Qwen2, Qwen3) from fused weights with a dozen operators a layer;
`ModuleStep` runs any other packed model through transformers' own modules. A step reads and writes preallocated tensors alone,
so that the very same function runs plainly on a CPU and captured in a CUDA graph (graphs.py).
"""
from __future__ import annotations

from typing import Protocol

import torch
from torch import nn
from torch.nn.functional import rms_norm, silu

from rollout_lab.devices.cpu_products import fast_linear
from rollout_lab.devices.float_products import float_product, keeps_floats
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling.weights import LayerWeights, ModelWeights


class RowAttention(Protocol):
    """What attends for a step: a layout of rows, or of packed prompts."""

    def attend(
        self, layer_index: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """As `models/attention.py` has it."""
        ...

    def attend_rows(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """query [N, H, hd], key and value [N, Hkv, hd], rotated; gives [N, H, hd]."""
        ...


class Step(Protocol):
    """tokens and positions are int64 [N]: one of each row, or packed prompts."""

    def states(self, tokens: torch.Tensor, positions: torch.Tensor, layout: RowAttention) -> torch.Tensor:
        """Hidden states [N, d]."""
        ...

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """[N, V]"""
        ...


class ModuleStep:
    """Made anew for each call, within which weights stay what they are."""

    def __init__(self, model: LoadedModel) -> None:
        self._model = model
        self._head: torch.Tensor | None = None

    def states(self, tokens: torch.Tensor, positions: torch.Tensor, layout: RowAttention) -> torch.Tensor:
        with self._model.autocast():
            outputs = self._model.decoder()(input_ids=tokens[None], position_ids=positions[None], layout=layout, use_cache=False)
        return outputs.last_hidden_state[0]

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        head, dtype = self._model.output_head(), self._model.compute_dtype
        if type(head) is nn.Linear and keeps_floats(states.device, dtype):
            return float_product(states.to(dtype), self._head_in(dtype, head.weight), head.bias)
        with self._model.autocast():
            return head(states)

    def _head_in(self, dtype: torch.dtype, weight: torch.Tensor) -> torch.Tensor:
        """A cast of ours is none of autocast's: it is kept where those of the other weights are (casts.py), within one autocast around the call."""
        if weight.dtype == dtype or not torch.is_autocast_enabled(weight.device.type):
            return weight.to(dtype)
        if self._head is None:
            self._head = weight.to(dtype)
        return self._head


class LlamaStep:
    """The residual stream is float32, as it is in the trainer under autocast; products are in the type of the weights."""

    def __init__(self, weights: ModelWeights) -> None:
        self.weights = weights

    def states(self, tokens: torch.Tensor, positions: torch.Tensor, layout: RowAttention) -> torch.Tensor:
        """Before the last norm."""
        w = self.weights
        stream = w.embedding[tokens].float()
        cosines, sines = w.cosines[positions][:, None], w.sines[positions][:, None]
        for i, layer in enumerate(w.layers):
            mixed = self._attention(i, layer, self._norm(stream, layer.input_norm), cosines, sines, layout)
            stream.add_(fast_linear(mixed, layer.output))
            stream.add_(self._mlp(layer, self._norm(stream, layer.mlp_norm)))
        return stream

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        return float_product(self._norm(states, self.weights.norm), self.weights.head)

    def _norm(self, stream: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return rms_norm(stream, stream.shape[-1:], weight.to(stream.dtype), self.weights.norm_epsilon).to(weight.dtype)

    def _attention(
        self, i: int, layer: LayerWeights, states: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor, layout: RowAttention
    ) -> torch.Tensor:
        """[B, H·hd]"""
        shape = self.weights.shape
        turning = shape.heads + shape.key_value_heads
        projected = fast_linear(states, layer.qkv, layer.qkv_bias).unflatten(-1, (-1, shape.head_size))
        turned = projected[:, :turning].float()
        if layer.head_norm is not None:
            turned = rms_norm(turned, turned.shape[-1:], None, self.weights.norm_epsilon) * layer.head_norm
        turned = torch.addcmul(turned * cosines, turned.roll(shape.head_size // 2, -1), sines).to(projected.dtype)
        query, key = turned[:, :shape.heads], turned[:, shape.heads:]
        return layout.attend_rows(i, query, key, projected[:, turning:], shape.head_size**-0.5).flatten(1)

    @staticmethod
    def _mlp(layer: LayerWeights, states: torch.Tensor) -> torch.Tensor:
        gate, up = fast_linear(states, layer.gate_up).chunk(2, -1)
        return fast_linear(silu(gate).mul_(up), layer.down)
