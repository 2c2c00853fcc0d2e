"""What an error of a device means. By its words and its type's name, so that PyTorch need not be there.

CUDA's libraries ask for memory of their own beside PyTorch's: where there is none left, they say in words of theirs that they could not
allocate, or could not begin.
"""
from __future__ import annotations

import sys
from typing import Any

from rollout_lab.errors import LabError

MEMORY_ERRORS = frozenset({"OutOfMemoryError", "MemoryError"})
FULL = (
    "can't allocate memory", "not enough memory", "out of memory", "STATUS_ALLOC_FAILED", "BLAS_STATUS_NOT_INITIALIZED",
    "miopenStatusAllocFailed")
"""Of devices and libraries that have no error of their own for it: CPU, MPS; cuBLAS, cuDNN and their like on AMD's GPUs."""
UNFIT = (
    "no kernel image is available", "no binary for GPU", "invalid device function", "unsupported toolchain", "driver version is insufficient",
    "driver on your system is too old", "CUDA error: invalid argument", "HIP error: invalid argument")
"""PyTorch, the driver and the device do not belong together. Another process would meet the same."""
LOST = ("CUDA error:", "HIP error:", "device-side assert")
BUILDS = "https://pytorch.org/get-started/locally"


def is_out_of_memory(error: BaseException) -> bool:
    if any(kind.__name__ in MEMORY_ERRORS for kind in type(error).__mro__):
        return True
    return isinstance(error, RuntimeError) and _says(error, FULL)


def is_unfit_build(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and _says(error, UNFIT) and not is_out_of_memory(error)


def is_lost_device(error: BaseException) -> bool:
    """Whether the device answers nothing any more: what was on it is gone, and only another process can open it anew."""
    if is_out_of_memory(error) or is_unfit_build(error):
        return False
    return type(error).__name__ == "AcceleratorError" or (isinstance(error, RuntimeError) and _says(error, LOST))


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    return any(each in str(error) for each in words)


def out_of_memory(error: BaseException) -> LabError:
    return LabError(
        "engine", "engine/out-of-memory", f"The device has no memory left: {str(error)[:500]}",
        remedy="Lower microBatchTokens, the group size or max tokens; take bfloat16, gradient checkpointing or LoRA; "
        "or end other programs that use the device.")


def unfit_build(error: BaseException) -> LabError:
    """Says which PyTorch it is, and for what it was built."""
    said = (str(error).splitlines() or [""])[0][:300]
    return LabError(
        "engine", "engine/unfit-build", f"{_build(sys.modules.get('torch'))} and this device do not belong together: {said}", "torch.device",
        remedy=f"Update the device's driver, or install a PyTorch that is built for this device and its driver ({BUILDS}): for NVIDIA's GPUs "
        'before Turing that is one for CUDA 12, not 13. Or set "torch.device" to "cpu".')


def _build(torch: Any) -> str:
    if torch is None:
        return "PyTorch"
    built = f"CUDA {torch.version.cuda}" if torch.version.cuda else f"ROCm {torch.version.hip}" if torch.version.hip else "no GPU"
    return f"PyTorch {torch.__version__} (built for {built})"
