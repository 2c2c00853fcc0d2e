"""AdamW and SGD in place on a model's parameters, a bucket of tensors at a time.

AdamW (Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101) as torch.optim.AdamW computes it; weight decay is decoupled in AdamW and
part of the gradient in SGD, as in PyTorch, and acts on every parameter, norms and biases included. The gradient is clipped to a global
norm first. Moments and arithmetic are float32 whatever the parameters are.
"""
from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from rollout_lab.errors import LabError, not_finite
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.optimizer_file import OptimizerState

CLIP_EPSILON = 1e-6
"""torch.nn.utils.clip_grad_norm_ adds this to the norm that it divides by."""
BUCKET_FLOATS = {"cpu": 2**18, "cuda": 2**26}
"""An update needs a few temporary tensors of a bucket's size. On a CPU they stay in its caches."""
LARGEST = torch.finfo(torch.float32).max

Parameters = dict[str, nn.Parameter]


@dataclass
class _Bucket:
    """Flat pieces of tensors that one kernel, or one loop outside of Python, goes over; [n] each."""

    parameters: list[torch.Tensor] = field(default_factory=list)
    gradients: list[torch.Tensor] = field(default_factory=list)
    """float32."""
    first: list[torch.Tensor] = field(default_factory=list)
    second: list[torch.Tensor] = field(default_factory=list)
    """Moments; none for SGD."""


class Optimizer:
    """Of one model; parameters that appear later (the reward head) get moments of zero."""

    def __init__(self, model: LoadedModel) -> None:
        self._model = model
        self._state: OptimizerState | None = None

    def state(self) -> OptimizerState | None:
        """None before the first AdamW step. The tensors are the optimiser's own, which it changes in place."""
        return self._state if self._state is not None and self._state.step > 0 else None

    def load_state(self, state: OptimizerState | None) -> None:
        def here(moments: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            return {name: moment.to(self._model.device, torch.float32, copy=True).contiguous() for name, moment in moments.items()}

        self._state = None if state is None else OptimizerState(state.step, here(state.first_moment), here(state.second_moment))

    def reset(self) -> None:
        """Forgets moments and step count."""
        self._state = None

    @torch.no_grad()
    def step(self, step: dict[str, Any]) -> dict[str, float]:
        """One update by the accumulated gradient, which is of no use afterwards. A gradient that is not finite rejects with
        `engine/not-finite`, naming the tensor, before anything changes; an update that leaves the range of numbers rejects in the same
        way after it."""
        parameters = self._model.trainable()
        grad_norm = gradient_norm(parameters)
        scale = min(1.0, step["maxGradNorm"] / (grad_norm + CLIP_EPSILON)) if step["maxGradNorm"] > 0 else 1.0
        state = self._next_state() if step["name"] == "adamw" else None
        norms: list[torch.Tensor] = []
        for bucket in _buckets(parameters, state, _bucket_floats(self._model.device)):
            norms.append(_update(bucket, scale, state, step))
        update, size = torch.linalg.vector_norm(torch.cat(norms, dim=1).cpu().double(), dim=1).tolist()
        if not math.isfinite(update + size):
            raise _diverged(parameters)
        return {"gradNorm": grad_norm, "updateNorm": update, "parameterNorm": size}

    def make_room(self, step: dict[str, Any]) -> None:
        """What a step needs of memory beside gradients: the moments that parameters lack, which stay, and what is computed with at a time,
        which is free again afterwards. An update itself cannot be tried again."""
        if step["name"] == "adamw":
            self.make_moments()
        device = self._model.device
        sizes = _working_floats(self._model.trainable(), _bucket_floats(device), step)
        _ = [torch.empty(size, dtype=torch.float32, device=device) for size in sizes]

    def make_moments(self) -> OptimizerState:
        """Those that parameters lack, at zero."""
        state = self._state = self._state or OptimizerState(0, {}, {})
        for moments in (state.first_moment, state.second_moment):
            for name, parameter in self._model.trainable().items():
                if name not in moments:
                    moments[name] = torch.zeros(parameter.shape, dtype=torch.float32, device=parameter.device)
        return state

    def _next_state(self) -> OptimizerState:
        state = self.make_moments()
        state.step += 1
        return state


def _bucket_floats(device: torch.device) -> int:
    return BUCKET_FLOATS.get(device.type, BUCKET_FLOATS["cpu"])


def _working_floats(parameters: Parameters, bucket: int, step: dict[str, Any]) -> list[int]:
    """Floats of the tensors that an update makes at most beside parameters, gradients and moments: of a bucket directions, changes, those
    with decay and wider parameters; and gradients that are missing or narrower, of which a bucket may end one and begin another."""
    every = parameters.values()
    narrow = any(parameter.dtype != torch.float32 for parameter in every)
    copies = 1 + sum([step["name"] == "adamw", step["weightDecay"] != 0, narrow])
    made = sorted(parameter.numel() for parameter in every if parameter.grad is None or parameter.grad.dtype != torch.float32)
    return [*[min(bucket, sum(parameter.numel() for parameter in every))] * copies, *made[-2:], min(bucket, sum(made[:-2]))]


def _buckets(parameters: Parameters, state: OptimizerState | None, floats: int) -> Iterator[_Bucket]:
    """Neighbouring tensors together and large ones in pieces, so that neither kernels nor temporary memory are many."""
    bucket, filled = _Bucket(), 0
    for name, parameter in parameters.items():
        pieces = [_flat(parameter), _gradient(parameter)]
        if state is not None:
            pieces += [state.first_moment[name].view(-1), state.second_moment[name].view(-1)]
        for piece in zip(*(each.split(floats) for each in pieces)):
            if filled > 0 and filled + piece[0].numel() > floats:
                yield bucket
                bucket, filled = _Bucket(), 0
            for kept, part in zip((bucket.parameters, bucket.gradients, bucket.first, bucket.second), piece):
                kept.append(part)
            filled += piece[0].numel()
    if filled > 0:
        yield bucket


def _flat(parameter: nn.Parameter) -> torch.Tensor:
    return parameter.data.view(-1)


def _gradient(parameter: nn.Parameter) -> torch.Tensor:
    """[n] float32; a parameter that no loss has reached has a gradient of zero."""
    if parameter.grad is None:
        return torch.zeros(parameter.numel(), dtype=torch.float32, device=parameter.device)
    return parameter.grad.reshape(-1).float()


def _update(bucket: _Bucket, scale: float, state: OptimizerState | None, step: dict[str, Any]) -> torch.Tensor:
    """As `_move` gives it. What is made for a bucket is gone before the next one."""
    if scale != 1.0:
        torch._foreach_mul_(bucket.gradients, scale)
    directions = bucket.gradients if state is None else _adamw_directions(bucket, state.step, step)
    return _move(bucket.parameters, directions, step)


def _adamw_directions(bucket: _Bucket, taken: int, step: dict[str, Any]) -> list[torch.Tensor]:
    """m̂ / (√v̂ + ε), the moments brought up to date: β₁m + (1 − β₁)g and β₂v + (1 − β₂)g²."""
    torch._foreach_lerp_(bucket.first, bucket.gradients, 1 - step["beta1"])
    torch._foreach_mul_(bucket.second, step["beta2"])
    torch._foreach_addcmul_(bucket.second, bucket.gradients, bucket.gradients, 1 - step["beta2"])
    denominators = torch._foreach_mul(bucket.second, _correction(step["beta2"], taken))
    torch._foreach_sqrt_(denominators)
    torch._foreach_add_(denominators, step["epsilon"])
    directions = torch._foreach_div(bucket.first, denominators)
    torch._foreach_mul_(directions, _correction(step["beta1"], taken))
    return directions


def _correction(beta: float, taken: int) -> float:
    """1 / (1 − βᵗ)"""
    rest = 1 - float(torch.tensor(beta, dtype=torch.float64) ** taken)
    return math.inf if rest == 0 else 1 / rest


def _move(parameters: list[torch.Tensor], directions: list[torch.Tensor], step: dict[str, Any]) -> torch.Tensor:
    """p ← p − rate·(direction + decay·p). Gives [2, n] of the n tensors: ‖new − old‖ and ‖new‖, as their type holds them: bfloat16 has no
    room for a change of less than a 512th, and loses it."""
    wide = [parameter.float() for parameter in parameters]
    if step["weightDecay"] != 0:
        directions = torch._foreach_add(directions, wide, alpha=step["weightDecay"])
    changes = _times(directions, step["learningRate"])
    torch._foreach_sub_(wide, changes)
    for parameter, value, change in zip(parameters, wide, changes):
        if parameter.dtype != value.dtype:
            change.copy_(parameter)
            parameter.copy_(value)
            change.sub_(value.copy_(parameter))
    return torch.stack([_norms(changes), _norms(wide)])


def _times(tensors: list[torch.Tensor], factor: float) -> list[torch.Tensor]:
    """A factor beyond single precision is no number to kernels, its product with a small one may be."""
    if factor <= LARGEST:
        return torch._foreach_mul(tensors, factor)
    return [tensor.double().mul(factor).float() for tensor in tensors]


def _norms(tensors: list[torch.Tensor]) -> torch.Tensor:
    """[n] of each tensor. Squares beyond single precision give infinity; beyond them lies nothing that can be trained."""
    return torch.stack(torch._foreach_norm(tensors, 2, dtype=torch.float32))


def gradient_norm(parameters: Parameters) -> float:
    """Global L2 norm. Rejects with `engine/not-finite` where a tensor's is no number."""
    found = {name: parameter.grad for name, parameter in parameters.items() if parameter.grad is not None}
    if not found:
        return 0.0
    norms = _norms(list(found.values())).cpu().double()
    for i, (name, gradient) in enumerate(found.items()):
        if not math.isfinite(norms[i]):
            # The squares of single precision end long before its numbers do.
            norms[i] = torch.linalg.vector_norm(gradient.cpu().double())
        if not math.isfinite(norms[i]):
            raise not_finite(name, "in the accumulated gradient")
    return float(torch.linalg.vector_norm(norms))


def _diverged(parameters: Parameters) -> LabError:
    """Names the first tensor with a number that is not finite, or else the first whose squares are beyond single precision."""
    for name, parameter in parameters.items():
        if not bool(parameter.isfinite().all()):
            return not_finite(name, "after the update")
    sizes = {name: float(torch.linalg.vector_norm(parameter.float())) for name, parameter in parameters.items()}
    grown = next((name for name, size in sizes.items() if not math.isfinite(size)), next(iter(sizes)))
    return not_finite(grown, "the square of its norm, after the update")
