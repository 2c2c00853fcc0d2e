"""The safetensors files of a model folder, checked before anything is loaded from them. Pickled weights are never
opened."""
from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from rollout_lab.errors import LabError
from rollout_lab.models.description import parse_json_object, read_model_file

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]*\.safetensors$")
"""Shards are plain names: a path would lead out of the model's folder."""
FLOATS = ("F64", "F32", "F16", "BF16")


@dataclass(frozen=True)
class TensorPlace:
    file: Path
    shape: tuple[int, ...]
    dtype: str
    """As safetensors names it."""


def wrong_weights(file: str, what: str, tensor: str | None = None) -> LabError:
    return LabError(
        "model", "model/wrong-weights", f"{file}: {what}", file if tensor is None else f"{file}, {tensor}",
        remedy="Check that config.json and the weights belong together, or download the model again.")


def broken_file(file: Path, what: str) -> LabError:
    return LabError(
        "model", "model/broken-safetensors", f"{file.name}: {what}", str(file),
        remedy="Copy or download the file again; only whole safetensors files with F32, BF16 or F16 tensors are read.")


def not_finite_weight(file: str, tensor: str) -> LabError:
    return LabError(
        "model", "model/not-finite", f"{file}: {tensor} holds a number that is not finite", f"{file}, {tensor}",
        remedy="Training that made this file diverged, or the file is damaged: use an earlier checkpoint.")


def _shard_names(folder: Path, content: bytes) -> list[str]:
    index = folder / INDEX
    shards = parse_json_object(str(index), content).get("weight_map")
    if not isinstance(shards, dict):
        raise wrong_weights(str(index), "has no weight_map")
    for name in shards.values():
        if not isinstance(name, str) or not SHARD.match(name):
            raise wrong_weights(str(index), f"the shard {json.dumps(name)[:200]} is not the name of a safetensors file in the same folder")
    return sorted(set(shards.values()))


def weight_files(folder: Path) -> list[Path]:
    """The files that hold a model's weights: one, or shards. Rejects with `model/no-weights` or `model/wrong-weights`.
    """
    if (folder / WEIGHTS).exists():
        return [folder / WEIGHTS]
    index = read_model_file(folder / INDEX)
    if index is None:
        raise LabError(
            "model", "model/no-weights", f"{folder} has neither {WEIGHTS} nor {INDEX}", str(folder),
            remedy="Save the model as safetensors; pickled weights (.bin, .pt) are not opened, since they can run code.")
    files = [folder / name for name in _shard_names(folder, index)]
    for file in files:
        if not file.exists():
            raise wrong_weights(str(folder / INDEX), f"the shard {file.name} is missing")
    return files


def open_safetensors(file: Path) -> Any:
    """An open file, as a context. Rejects with `model/broken-safetensors`."""
    if not file.is_file():
        raise broken_file(file, "is not a regular file")
    try:
        return safe_open(file, framework="pt")
    except (SafetensorError, OSError) as error:
        raise broken_file(file, str(error)[:300]) from error


def tensor_places(files: list[Path]) -> dict[str, TensorPlace]:
    """Every tensor of the files, by name."""
    found: dict[str, TensorPlace] = {}
    for file in files:
        with open_safetensors(file) as opened:
            for name in opened.keys():
                part = opened.get_slice(name)
                if name in found:
                    raise wrong_weights(str(file), f"tensor {name} is also in {found[name].file}", name)
                found[name] = TensorPlace(file, tuple(part.get_shape()), part.get_dtype())
    return found


def check_dtypes(places: dict[str, TensorPlace], untaken: Container[str]) -> None:
    """Of tensors that a model takes: old files also hold masks, of truth values. Rejects with `model/broken-safetensors`."""
    for name, place in places.items():
        if name not in untaken and place.dtype not in FLOATS:
            raise broken_file(place.file, f"tensor {name} is {place.dtype}, not one of {', '.join(FLOATS)}")


def read_tensor(place: TensorPlace, name: str) -> torch.Tensor:
    with open_safetensors(place.file) as opened:
        return opened.get_tensor(name)


def write_safetensors(file: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Replaces a file, a link of that name is not followed, and flushes it to the disk. Tensors are on the CPU. Rejects with OSError,
    where the disk is full too."""
    file.unlink(missing_ok=True)
    # safetensors makes files that their owner alone can read; the umask cannot be asked for without changing it for all threads.
    file.touch(exist_ok=False)
    mode = stat.S_IMODE(file.stat().st_mode)
    try:
        save_file({name: value.contiguous() for name, value in tensors.items()}, file, metadata)
    except SafetensorError as error:
        # What was written of it would be taken for a damaged file, and fills the disk.
        file.unlink(missing_ok=True)
        raise OSError(str(error)[:300]) from error
    file.chmod(mode)
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
