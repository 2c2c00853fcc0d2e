"""The device that a model runs on."""
from __future__ import annotations

import torch

from rollout_lab.errors import LabError


def _available() -> list[str]:
    """Devices that this PyTorch can use, the fastest first. ROCm's answer to the name `cuda`."""
    found = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return [*found, *(["mps"] if torch.backends.mps.is_available() else []), "cpu"]


def identity(device: torch.device) -> str | None:
    """What the driver calls a GPU: the same in every process of this machine, whichever devices it sees. None where it tells nothing."""
    if device.type != "cuda":
        return None
    uuid = getattr(torch.cuda.get_device_properties(device), "uuid", None)
    return None if uuid is None else str(uuid)


def choose_device(asked: str) -> torch.device:
    """`auto` takes the first there is. Rejects with `engine/no-device`."""
    available = _available()
    wanted = available[0] if asked == "auto" else "cuda:0" if asked == "cuda" else asked
    if wanted in available:
        return torch.device(wanted)
    build = torch.version.cuda or torch.version.hip or "no GPU"
    raise LabError(
        "engine", "engine/no-device", f'The device "{asked}" is not there: PyTorch {torch.__version__} (built for {build}) sees '
        f"{', '.join(available)}", "torch.device",
        remedy='Choose one of these in "torch.device", or install a PyTorch that is built for the device.')
