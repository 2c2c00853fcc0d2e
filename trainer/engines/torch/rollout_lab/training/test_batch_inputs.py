"""What goes to a device, and how."""
from __future__ import annotations

from typing import Any

import pytest
import torch

from rollout_lab.training.batch_inputs import BatchForm, packed_inputs, padded_inputs

SEQUENCES = [{"prompt": [1, 2], "completion": [3, 4, 5]}, {"prompt": [6], "completion": [2]}]


@pytest.mark.parametrize("made", [packed_inputs, padded_inputs])
@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_only_pinned_memory_is_copied_without_waiting(kind: str, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is not pinned may be let go before an Apple GPU reads it."""
    pinned: list[torch.Tensor] = []
    copied: list[torch.Tensor] = []

    def pin(tensor: torch.Tensor) -> torch.Tensor:
        pinned.append(tensor.clone())
        return pinned[-1]

    def to(tensor: torch.Tensor, device: torch.device, non_blocking: bool = False) -> torch.Tensor:
        assert device.type == kind and non_blocking == any(tensor is each for each in pinned)
        copied.append(tensor)
        return tensor

    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "pin_memory", pin)
        patch.setattr(torch.Tensor, "to", to)
        inputs = made(SEQUENCES, BatchForm(True, torch.device(kind)))
    assert len(copied) >= 5 and inputs.targets.tolist() == [3, 4, 5, 2]
    assert all(each.dtype == torch.int64 for each in copied)


def test_where_sequences_stand_goes_as_their_tokens_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is waited for waits for all that the GPU has yet to do."""
    pinned: list[int] = []
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: pinned.append(tensor.numel()) or tensor)
    monkeypatch.setattr(torch.Tensor, "to", lambda tensor, device, non_blocking=False: tensor)
    shared = [{"prompt": [1, 2], "completion": completion} for completion in ([3, 4, 5], [2])]
    inputs = packed_inputs(shared, BatchForm(False, torch.device("cuda"), varlen=True, shares=True))
    assert inputs.tokens.shape == (1, 4) and inputs.layout is not None
    assert sorted(pinned) == sorted([3, *(6, 4, 2, 2), *(4, 4, 4, 0, 4)])
