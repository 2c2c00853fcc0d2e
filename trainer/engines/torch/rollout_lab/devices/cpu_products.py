"""Matrix products in float32 on CPUs of AMD.

PyTorch multiplies float32 by Intel's MKL, which takes a slow path on other makers' processors: on an EPYC with AVX-512 it reaches half the
rate of oneDNN, which PyTorch brings along as well. oneDNN's product is reached by the operator that PyTorch's own compiler emits for
linear layers. Where that operator is missing, or says something else than PyTorch's product, nothing is changed.
"""
from __future__ import annotations

import functools
import os
import types
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import linear

AMD = "AuthenticAMD"
TILE = 64
"""Rows of a picture that stands for a matrix; see `tall_product`."""
LEAST_TALL = 1024
"""Rows from which on a transposed copy costs more than it."""


def _maker() -> str:
    """What tells the processor's maker, where the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        return next((line for line in information.read_text().splitlines() if line.startswith("vendor_id")), "")
    return os.environ.get("PROCESSOR_IDENTIFIER", "")


def _onednn(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """x [N, i] · weight [o, i]ᵀ + bias [o]; both may be transposed views."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


@functools.cache
def has_fast_products() -> bool:
    if AMD not in _maker() or not torch.backends.mkldnn.is_available() or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return False
    x, weight = torch.linspace(-1, 1, 60).view(10, 6), torch.linspace(-1, 2, 24).view(4, 6)
    try:
        return torch.allclose(_onednn(x, weight), x @ weight.t()) and torch.allclose(_onednn(x.t(), x.t()), x.t() @ x)
    except (RuntimeError, TypeError):
        return False


def _fits(*tensors: torch.Tensor | None) -> bool:
    return all(each is None or (each.dtype == torch.float32 and each.device.type == "cpu" and each.numel() > 0) for each in tensors)


def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """a [n, k] · b [k, m] without a gradient of its own."""
    if a.dim() == 2 and has_fast_products() and _fits(a, b):
        return _onednn(a, b.t())
    return a @ b


def tall_product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """aᵀ [o, N] · b [N, i] of matrices with many rows, as a weight's gradient is, without a gradient of its own.

    oneDNN's product of matrices copies a transposed one first, a third of its time here. The gradient of a 1 × 1 convolution's weights
    is the same sum, over the pixels of a picture instead of rows, and takes both as they lie.
    """
    if not (has_fast_products() and _fits(a, b)):
        return a.t() @ b
    rows = a.shape[0] - a.shape[0] % TILE
    if rows < LEAST_TALL or not (a.is_contiguous() and b.is_contiguous()):
        return _narrower_first(a, b)
    total = _convolution_gradient(a[:rows], b[:rows])
    return total if rows == a.shape[0] else total.add_(_narrower_first(a[rows:], b[rows:]))


def _narrower_first(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """aᵀ · b. oneDNN copies its first operand where it is transposed."""
    if a.shape[1] <= b.shape[1]:
        return _onednn(a.t(), b.t())
    return _onednn(b.t(), a.t()).t().contiguous()


def _convolution_gradient(slope: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """slope [N, o]ᵀ · x [N, i]; N a multiple of TILE."""
    def picture(matrix: torch.Tensor) -> torch.Tensor:
        """[1, channels, N / TILE, TILE], its channels side by side in memory."""
        return matrix.view(1, -1, TILE, matrix.shape[1]).permute(0, 3, 1, 2)

    outputs, inputs = slope.shape[1], x.shape[1]
    weight = x.new_empty(outputs, 1, 1, inputs).permute(0, 3, 1, 2)
    _, gradient, _ = torch.ops.aten.convolution_backward(
        picture(slope), picture(x), weight, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [False, True, False])
    return gradient.view(outputs, inputs)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        """x [N, i], weight [o, i], bias [o] or None."""
        ctx.save_for_backward(x, weight)
        return _onednn(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        to_x, to_weight, to_bias = ctx.needs_input_grad
        return (
            _onednn(slope, weight.t()) if to_x else None,
            tall_product(slope, x) if to_weight else None,
            slope.sum(0) if to_bias else None)


def fast_linear(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """torch.nn.functional.linear."""
    if torch.is_autocast_enabled("cpu") or not _fits(x, weight, bias):
        return linear(x, weight, bias)
    rows = x.reshape(-1, x.shape[-1])
    made = _Linear.apply(rows, weight, bias) if torch.is_grad_enabled() else _onednn(rows, weight, bias)
    return made.view(*x.shape[:-1], -1)


def _forward(self: nn.Linear, x: torch.Tensor) -> torch.Tensor:
    return fast_linear(x, self.weight, self.bias)


def use_fast_products(network: nn.Module) -> None:
    """Of every linear layer in float32 on the CPU, from now on. To be called once, when a model is loaded: rounding differs, so that one
    model has to multiply in one way throughout."""
    if not has_fast_products():
        return
    for module in network.modules():
        if type(module) is nn.Linear and _fits(module.weight, module.bias):
            module.forward = types.MethodType(_forward, module)
