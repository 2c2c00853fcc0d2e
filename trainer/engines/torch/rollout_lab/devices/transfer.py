"""Numbers of the host on their way to the device."""
from __future__ import annotations

from typing import Any, Sequence

import torch


def on_device(values: torch.Tensor | Sequence[Any], device: torch.device) -> torch.Tensor:
    """To a GPU by way of pinned memory, for which the host does not wait: a plain copy would wait for all steps under way. Elsewhere the copy
    is waited for: Apple's GPUs would read memory that has been let go meanwhile (PyTorch issue 139550)."""
    tensor = values if isinstance(values, torch.Tensor) else torch.tensor(values)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)
