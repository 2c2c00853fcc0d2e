from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.models import memory
from rollout_lab.models.memory import require_room

CUDA, CPU = torch.device("cuda:0"), torch.device("cpu")
MANY = 10**9


def refusal(monkeypatch: pytest.MonkeyPatch, device: torch.device, there: int, free: int | None, trains_all: bool) -> str | None:
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(total_memory=there))
    monkeypatch.setattr(memory, "host_bytes", lambda: there)
    monkeypatch.setattr(memory, "free_host_bytes", lambda: free)
    try:
        require_room("a model", MANY, 2, trains_all, device)
        return None
    except LabError as error:
        assert (error.code, error.place) == ("model/too-large", "a model")
        return error.message


@pytest.mark.parametrize("device", [CUDA, CPU])
def test_a_device_without_room(device: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    for trains_all, needed in ((True, 14 * MANY), (False, 2 * MANY)):
        assert refusal(monkeypatch, device, needed + 1, None, trains_all) is None
        message = refusal(monkeypatch, device, needed, None, trains_all)
        assert message is not None and str(device) in message


def test_a_machine_without_room_to_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, CUDA, 100 * MANY, 2 * MANY + 1, True) is None
    message = refusal(monkeypatch, CUDA, 100 * MANY, 2 * MANY, True)
    assert message is not None and "own memory" in message and "1.9 GiB" in message
