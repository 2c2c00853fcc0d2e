"""AdamW's state beside a checkpoint, in the embedded engine's form: `optimizer.safetensors` with the tensors `m.<name>`
and `v.<name>` and the number of steps in the metadata. They are always float32: a run that resumes from them must go
on bit for bit.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from rollout_lab.errors import LabError
from rollout_lab.models.weight_files import not_finite_weight, open_safetensors, write_safetensors, wrong_weights

FILE = "optimizer.safetensors"
FIRST = "m."
SECOND = "v."


@dataclass
class OptimizerState:
    """What AdamW remembers between steps, by the names of `LoadedModel.trainable()`, each in its parameter's shape."""

    step: int
    """Steps taken; the bias correction depends on it."""
    first_moment: dict[str, torch.Tensor]
    second_moment: dict[str, torch.Tensor]


def write_optimizer_state(folder: Path, state: OptimizerState) -> None:
    moments = ((FIRST, state.first_moment), (SECOND, state.second_moment))
    tensors = {
        f"{prefix}{name}": value.detach().to("cpu", torch.float32)
        for prefix, values in moments for name, value in values.items()
    }
    write_safetensors(folder / FILE, tensors, {"step": str(state.step)})


def remove_optimizer_state(folder: Path) -> None:
    """So that weights saved without it do not go on from the state of others."""
    (folder / FILE).unlink(missing_ok=True)


def _step_of(file: Path, metadata: dict[str, str] | None) -> int:
    text = (metadata or {}).get("step", "")
    if text.isascii() and text.isdigit():
        return int(text)
    raise LabError(
        "model", "model/wrong-weights", f"{file}: its step is {text[:40]!r}, not a count", str(file), remedy="Use an earlier checkpoint.")


def read_optimizer_state(folder: Path, shapes: dict[str, torch.Size]) -> OptimizerState | None:
    """On the CPU; None where the folder has none, as after SGD or before the first step. A tensor that is missing or
    has another shape than its parameter rejects with `model/wrong-weights`."""
    file = folder / FILE
    if not file.exists():
        return None
    with open_safetensors(file) as opened:
        step = _step_of(file, opened.metadata())
        names = set(opened.keys())

        def moment(prefix: str) -> dict[str, torch.Tensor]:
            return {name: _read(file, opened, names, f"{prefix}{name}", shape) for name, shape in shapes.items()}

        return OptimizerState(step, moment(FIRST), moment(SECOND))


def _read(file: Path, opened: object, names: set[str], name: str, shape: torch.Size) -> torch.Tensor:
    if name not in names:
        raise wrong_weights(str(file), f"tensor {name} is missing", name)
    value = opened.get_tensor(name).float()
    if value.shape != shape:
        raise wrong_weights(str(file), f"tensor {name} has shape {list(value.shape)}, its parameter has {list(shape)}", name)
    if not bool(torch.isfinite(value).all()):
        raise not_finite_weight(str(file), name)
    return value
