"""Errors in the words of PyTorch, CUDA and ROCm."""
from __future__ import annotations

import pytest
import torch

from rollout_lab.devices.failures import is_lost_device, is_out_of_memory, is_unfit_build
from rollout_lab.serving.wire import as_lab_error


class AcceleratorError(RuntimeError):
    """As PyTorch names every error of a device."""


DEBUG = "\nCUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect."
FULL = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), MemoryError(), AcceleratorError("CUDA error: out of memory" + DEBUG),
    RuntimeError("[enforce fail at alloc_cpu.cpp:119] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
    RuntimeError("CUDA error: HIPBLAS_STATUS_ALLOC_FAILED when calling `hipblasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")]
UNFIT = [
    AcceleratorError("CUDA error: no kernel image is available for execution on the device" + DEBUG),
    AcceleratorError("HIP error: invalid device function" + DEBUG), AcceleratorError("CUDA error: invalid argument" + DEBUG),
    RuntimeError("The NVIDIA driver on your system is too old (found version 11040). Please update your GPU driver"),
    RuntimeError("CUDA error: CUDA driver version is insufficient for CUDA runtime version")]
LOST = [
    AcceleratorError("CUDA error: an illegal memory access was encountered" + DEBUG), RuntimeError("CUDA error: unspecified launch failure"),
    RuntimeError("HIP error: unknown error"), AcceleratorError("anything else")]
OTHER = [RuntimeError("shape mismatch"), ValueError("out of memory"), ValueError("CUDA error:")]


@pytest.mark.parametrize("error", [*FULL, *UNFIT, *LOST, *OTHER], ids=lambda error: f"{type(error).__name__}: {str(error)[:60]}")
def test_is_one_thing_alone(error: BaseException) -> None:
    assert (is_out_of_memory(error), is_unfit_build(error), is_lost_device(error)) == (error in FULL, error in UNFIT, error in LOST)


@pytest.mark.parametrize(("errors", "code"), [
    (FULL, "engine/out-of-memory"), (UNFIT, "engine/unfit-build"), (OTHER, "engine/internal")], ids=["full", "unfit", "other"])
def test_becomes_an_error_for_people(errors: list[BaseException], code: str) -> None:
    assert {as_lab_error(error).code for error in errors} == {code}


def test_an_unfit_build_names_itself_and_another() -> None:
    told = as_lab_error(UNFIT[0])
    assert f"PyTorch {torch.__version__}" in told.message and "no kernel image" in told.message and "asynchronously" not in told.message
    assert "pytorch.org" in told.remedy and "driver" in told.remedy


def test_the_cpu_says_it_in_these_words() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60)
    assert is_out_of_memory(raised.value)
