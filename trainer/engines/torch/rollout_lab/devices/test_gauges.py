from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from rollout_lab.devices import gauges as module
from rollout_lab.devices.gauges import gauges


class Driver:
    """NVIDIA's library with one device, as its C interface has it."""

    def __init__(self, answers: int = 0) -> None:
        self.answers = answers
        self.open = 1

    def nvmlDeviceGetHandleByUUID(self, name: bytes, handle: Any) -> int:
        assert name == b"GPU-12-34"
        handle._obj.value = 7
        return 0

    def nvmlDeviceGetUtilizationRates(self, handle: ctypes.c_void_p, found: Any) -> int:
        assert handle.value == 7
        found._obj.gpu = 62
        return self.answers

    def nvmlDeviceGetPowerUsage(self, handle: ctypes.c_void_p, milliwatts: Any) -> int:
        milliwatts._obj.value = 312_500
        return self.answers

    def nvmlShutdown(self) -> int:
        self.open -= 1
        return 0


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> torch.device:
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 1000)
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda _: 3000)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda _: None)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(uuid="12-34"))
    return torch.device("cuda:0")


MEMORY = {"memoryBytes": 1000, "peakMemoryBytes": 3000}


def test_cpu_tells_nothing() -> None:
    assert gauges(torch.device("cpu")) is None


def test_driver_tells_utilisation_and_power(cuda: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver()
    monkeypatch.setattr(module, "_load_nvml", lambda: driver)
    assert gauges(cuda) == {**MEMORY, "utilisation": 0.62, "powerWatts": 312.5}
    assert driver.open == 0


def test_what_the_driver_does_not_tell_is_left_out(cuda: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_load_nvml", lambda: Driver(answers=3))
    assert gauges(cuda) == MEMORY
    monkeypatch.setattr(module, "_load_nvml", lambda: None)
    assert gauges(cuda) == MEMORY


def test_a_missing_library_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> None:
        raise OSError("no such file")

    monkeypatch.setattr(ctypes, "CDLL", absent)
    assert module._load_nvml() is None


def test_rocm_without_its_library_tells_memory_alone(cuda: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: torch.device) -> int:
        raise ModuleNotFoundError("amdsmi does not seem to be installed")

    monkeypatch.setattr(torch.version, "hip", "7.1")
    monkeypatch.setattr(torch.cuda, "utilization", absent)
    assert gauges(cuda) == MEMORY


class AmdSmiException(Exception):
    """As AMD's library raises it."""


def refuses(_: torch.device) -> int:
    raise AmdSmiException("not supported")


@pytest.mark.parametrize(("utilisation", "power", "expected"), [
    (lambda _: 62, lambda _: 312, {"utilisation": 0.62, "powerWatts": 312}), (refuses, lambda _: 312, {"powerWatts": 312}),
    (lambda _: "N/A", lambda _: 312, {"powerWatts": 312}), (lambda _: 62, refuses, {"utilisation": 0.62}),
    (lambda _: 0, lambda _: 0, {"utilisation": 0}), (lambda _: 5, lambda _: "N/A", {"utilisation": 0.05})])
def test_rocm_tells_each_figure_by_itself(
    cuda: torch.device, monkeypatch: pytest.MonkeyPatch, utilisation: Any, power: Any, expected: dict[str, float]
) -> None:
    monkeypatch.setattr(torch.version, "hip", "7.1")
    monkeypatch.setattr(torch.cuda, "utilization", utilisation)
    monkeypatch.setattr(torch.cuda, "power_draw", power)
    assert gauges(cuda) == {**MEMORY, **expected}


def test_a_driver_without_a_question(cuda: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(Driver):
        nvmlDeviceGetPowerUsage = property()

    monkeypatch.setattr(module, "_load_nvml", Old)
    assert gauges(cuda) == {**MEMORY, "utilisation": 0.62}
