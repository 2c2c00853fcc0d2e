"""What a device tells of itself: memory, utilisation, power. Whatever its driver does not tell is left out."""
from __future__ import annotations

import ctypes
import sys
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
    """PyTorch asks AMD's library, which may be missing."""
    try:
        return {"utilisation": torch.cuda.utilization(device) / 100, "powerWatts": torch.cuda.power_draw(device) / 1000}
    except (ImportError, RuntimeError, OSError, AttributeError):
        return {}


def _nvidia_driver(device: torch.device) -> Gauges:
    library = _load_nvml()
    if library is None:
        return {}
    try:
        handle = _handle_of(library, device)
        return {} if handle is None else {**_utilisation(library, handle), **_power(library, handle)}
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


def _utilisation(library: Any, handle: ctypes.c_void_p) -> Gauges:
    found = _Utilisation()
    return {"utilisation": found.gpu / 100} if library.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(found)) == 0 else {}


def _power(library: Any, handle: ctypes.c_void_p) -> Gauges:
    milliwatts = ctypes.c_uint()
    return {"powerWatts": milliwatts.value / 1000} if library.nvmlDeviceGetPowerUsage(handle, ctypes.byref(milliwatts)) == 0 else {}
