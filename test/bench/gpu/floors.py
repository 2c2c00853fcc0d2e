"""What the device can do at best, measured in the same process: bytes a second, and bfloat16 products a second."""
from __future__ import annotations

import statistics
import time
from typing import Callable

import torch


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds_of(work: Callable[[], object], device: torch.device, rounds: int) -> float:
    """Median seconds of `work` after one round that warms up; the device has finished at both ends."""
    times = []
    for round_ in range(rounds + 1):
        synchronize(device)
        start = time.perf_counter()
        work()
        synchronize(device)
        if round_ > 0:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def bandwidth(device: torch.device, small: bool) -> float:
    """Bytes a second of a copy within the device's memory, read and written both counted."""
    source = torch.empty((1 << 24) if small else (1 << 32), dtype=torch.uint8, device=device).random_()
    target = torch.empty_like(source)
    return 2 * source.numel() / seconds_of(lambda: target.copy_(source), device, 7)


def matmul_rate(device: torch.device, small: bool) -> float:
    """Floating-point operations a second of a square bfloat16 product of random numbers."""
    size = 512 if small else 8192
    a, b = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    return 2 * size**3 / seconds_of(lambda: a @ b, device, 7)
