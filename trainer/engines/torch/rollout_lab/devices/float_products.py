"""Products of half floats that are summed and kept in float32: rounded to bfloat16, a logit of 20 is off by up to 0.06.

NVIDIA's GPUs have had them since PyTorch 2.8, AMD's since some release later, which is asked for by a trial. On a CPU a product in float32
takes two to three times as long; there, and on Apple's GPUs, logits are rounded, in sampling and in training alike.
"""
from __future__ import annotations

import functools

import torch

from rollout_lab.devices.cpu_products import fast_linear
from rollout_lab.devices.failures import is_out_of_memory

HALF = (torch.bfloat16, torch.float16)


@functools.cache
def keeps_floats(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether `float_product` of this type is float32 on this device."""
    if device.type != "cuda" or dtype not in HALF:
        return False
    ones = torch.ones((16, 16), dtype=dtype, device=device)
    # As a half float the sum would be rounded.
    ones[:, 0] = 1 / 256
    try:
        return bool((_product(ones, ones) == 15 + 2**-16).all())
    except (RuntimeError, TypeError) as error:
        if is_out_of_memory(error):
            raise
        return False


def float_product(states: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """states [N, d] · weight [V, d]ᵀ + bias [V]: float32 where the device can, else in the type of both. Without a gradient of its own."""
    if not keeps_floats(states.device, states.dtype):
        return fast_linear(states, weight, bias)
    made = _product(states, weight)
    return made if bias is None else made.add_(bias)


def _product(states: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return torch.mm(states, weight.t(), out_dtype=torch.float32)
