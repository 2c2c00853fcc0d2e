"""How much of keys and values the attention kernel has in a GPU's shared memory at a time.

GPUs differ in it: 99 KiB a program on Ada and consumer Blackwell, 163 on A100, 227 on H100, 64 on MI300 (CUDA C++ Programming Guide,
"Technical Specifications per Compute Capability"; CDNA 3 ISA). Float32 heads of 128 take 140 in three stages.
"""
from __future__ import annotations

import functools
from dataclasses import dataclass

import torch

ALIGNMENT = 128
"""Bytes that the compiler may add."""


@dataclass(frozen=True)
class Tiling:
    tokens: int
    """Of a block."""
    stages: int
    """Blocks under way: one is computed with while others are loaded."""

    def bytes(self, queries: int, size: int, item: int) -> int:
        """Shared memory of a program, as Triton 3.7 compiles it for NVIDIA's GPUs; for AMD's it is somewhat less. `queries`: rows of a
        product; `size`: of a head; `item`: bytes of a number."""
        blocks = max(1, 2 * (self.stages - 1))
        return (blocks * self.tokens * size + queries * (size + self.tokens)) * item + ALIGNMENT


TILINGS = (Tiling(64, 3), Tiling(64, 2), Tiling(64, 1), Tiling(32, 1), Tiling(16, 1))
"""The fastest first."""


def fitting(queries: int, size: int, item: int, shared_bytes: int) -> Tiling:
    """The first that fits, or else the smallest."""
    return next((each for each in TILINGS if each.bytes(queries, size, item) <= shared_bytes), TILINGS[-1])


@functools.cache
def shared_bytes(device: torch.device) -> int:
    """Of a program at most; without limit in the interpreter."""
    if device.type != "cuda":
        return 1 << 62
    from triton.runtime import driver

    index = torch.cuda.current_device() if device.index is None else device.index
    return int(driver.active.utils.get_device_properties(index)["max_shared_mem"])
