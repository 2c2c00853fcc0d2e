"""What a device tells of itself: memory, utilisation, power. Whatever its driver does not tell is left out."""
from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Callable
from typing import Any

import torch

Gauges = dict[str, float]
"""Keys of `Gauges` in engine.ts: memoryBytes, peakMemoryBytes, utilisation (0 to 1), powerWatts."""


def gauges(device: torch.device) -> Gauges | None:
    """As of now; the peak is counted from the last call. None where the device tells nothing (the CPU)."""
    if device.type == "cuda":
        return {**_cuda_memory(device), **(_rocm_driver(device) if torch.version.hip else _nvidia_driver(device))}
    if device.type == "mps":
        return {"memoryBytes": float(torch.mps.driver_allocated_memory())}
    return None


def _cuda_memory(device: torch.device) -> Gauges:
    """What PyTorch holds, cache included: what others cannot have."""
    found = {
        "memoryBytes": float(torch.cuda.memory_reserved(device)),
        "peakMemoryBytes": float(torch.cuda.max_memory_reserved(device)),
    }
    torch.cuda.reset_peak_memory_stats(device)
    return found


def _rocm_driver(device: torch.device) -> Gauges:
    """PyTorch asks AMD's library. Power is in watts there, as that library has it, though PyTorch documents milliwatts; 0 stands for a
    sensor that tells nothing."""
    return _told({
        "utilisation": lambda: torch.cuda.utilization(device) / 100,
        "powerWatts": lambda: torch.cuda.power_draw(device) or None
    })


def _told(questions: dict[str, Callable[[], float | None]]) -> Gauges:
    """What is answered with a number. A library may be missing, raise errors of its own, or say "N/A": nothing here ends a run."""
    found: Gauges = {}
    for name, ask in questions.items():
        try:
            value = ask()
        except Exception:
            continue
        if isinstance(value, (int, float)) and math.isfinite(value):
            found[name] = float(value)
    return found


def _nvidia_driver(device: torch.device) -> Gauges:
    library = _load_nvml()
    if library is None:
        return {}
    try:
        handle = _handle_of(library, device)
        if handle is None:
            return {}
        return _told({"utilisation": lambda: _utilisation(library, handle), "powerWatts": lambda: _power(library, handle)})
    finally:
        library.nvmlShutdown()


class _Utilisation(ctypes.Structure):
    """Per cent of the last sampling period in which a kernel ran, and in which memory was read or written."""

    _fields_ = [("gpu", ctypes.c_uint), ("memory", ctypes.c_uint)]


def _load_nvml() -> Any | None:
    """NVIDIA's management library, which comes with the driver, started; None where it is not there."""
    try:
        library = ctypes.CDLL("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
    except OSError:
        return None
    return library if library.nvmlInit_v2() == 0 else None


def _handle_of(library: Any, device: torch.device) -> ctypes.c_void_p | None:
    """By the device's own id: processes that see only some devices count them in another way than the driver does."""
    handle = ctypes.c_void_p()
    name = f"GPU-{torch.cuda.get_device_properties(device).uuid}".encode()
    return handle if library.nvmlDeviceGetHandleByUUID(name, ctypes.byref(handle)) == 0 else None


def _utilisation(library: Any, handle: ctypes.c_void_p) -> float | None:
    found = _Utilisation()
    return found.gpu / 100 if library.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(found)) == 0 else None


def _power(library: Any, handle: ctypes.c_void_p) -> float | None:
    milliwatts = ctypes.c_uint()
    return milliwatts.value / 1000 if library.nvmlDeviceGetPowerUsage(handle, ctypes.byref(milliwatts)) == 0 else None
