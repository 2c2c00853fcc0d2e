"""Uniform numbers of a completion: the same bits as the embedded engine's `uniformDraws.ts`.

Draw t of a completion is a function of its seed and t alone, so a completion can be drawn again without the ones beside it,
and the same seed gives the same completion on both engines up to the rounding of the logits.
"""
from __future__ import annotations

import numpy
import torch

from rollout_lab.models.random_stream import hash32, uniforms

FLOAT_STEPS = 2.0**24


def draw_key(seed: int) -> int:
    """What a completion's draws are made from."""
    return hash32("sample", seed)


def uniform_draws(key: int, count: int) -> torch.Tensor:
    """Float32 [count]: draws 0, 1, … of a key, uniform over the multiples of 2⁻²⁴ in [0, 1)."""
    return torch.from_numpy(numpy.floor(uniforms(key, 0, count) * FLOAT_STEPS) / FLOAT_STEPS).float()
