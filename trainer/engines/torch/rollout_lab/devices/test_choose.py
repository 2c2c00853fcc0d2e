from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from rollout_lab.devices.choose import identity


def test_a_gpu_is_called_what_its_driver_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = [SimpleNamespace(uuid="8a1f-22"), SimpleNamespace()]
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: told[device.index])
    assert [identity(torch.device(name)) for name in ("cuda:0", "cuda:1", "cpu", "mps")] == ["8a1f-22", None, None, None]
