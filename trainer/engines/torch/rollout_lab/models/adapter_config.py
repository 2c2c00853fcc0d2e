"""What an adapter's `adapter_config.json` says, made here or elsewhere by peft."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rollout_lab.errors import LabError
from rollout_lab.models.description import parse_json_object, read_model_file
from rollout_lab.models.folders import model_folder
from rollout_lab.models.options import LoraOptions
from rollout_lab.models.weight_files import wrong_weights

CONFIG = "adapter_config.json"
ALL_LINEAR = "all-linear"
MAX_NUMBER = 2**20
"""Of a rank or a scale: more is damage."""
OWN = ("r", "lora_alpha", "lora_dropout", "target_modules")
"""Fields that are options of a run too."""
TAKEN_OVER = (
    "use_rslora", "rank_pattern", "alpha_pattern", "exclude_modules", "layers_to_transform", "layers_pattern", "target_parameters",
    "fan_in_fan_out")
"""Fields that decide where an adapter is and how strong, which peft is told as they are."""
WITHOUT_EFFECT = (
    "base_model_name_or_path", "revision", "peft_version", "inference_mode", "auto_mapping", "task_type", "runtime_config",
    "ensure_weight_tying", "eva_config")
"""Fields that change nothing of an adapter whose tensors are read."""
PLAIN_STARTS = (True, False, "gaussian", "orthogonal", "eva")
"""Beginnings of an adapter that leave the model below as it was; others take from its weights what the adapter adds."""


def read_adapter_config(folder: Path) -> dict[str, Any] | None:
    """None where the folder holds no adapter."""
    content = read_model_file(folder / CONFIG)
    return None if content is None else parse_json_object(str(folder / CONFIG), content)


def base_folder(folder: Path, config: dict[str, Any]) -> Path:
    """Where the model below an adapter lies: a folder, seen from the adapter's, or a model in the hub's cache. Rejects with
    `model/bad-config` or `model/missing`."""
    named = config.get("base_model_name_or_path")
    if not isinstance(named, str) or not named:
        raise LabError(
            "model", "model/bad-config", f"{folder / CONFIG}: base_model_name_or_path is {json.dumps(named)}, not a folder",
            str(folder / CONFIG), remedy="Name the folder of the model that the adapter was trained on.")
    seen_from_here = folder / named
    if seen_from_here.is_dir():
        return model_folder(str(seen_from_here))
    return model_folder(named, config.get("revision") or None)


def lora_of(folder: Path, config: dict[str, Any]) -> LoraOptions:
    """Rejects with `model/bad-config`."""
    numbers = {name: config.get(name, 0) for name in ("r", "lora_alpha", "lora_dropout")}
    for name, value in numbers.items():
        if not isinstance(value, (int, float)) or not 0 <= value < MAX_NUMBER:
            place = str(folder / CONFIG)
            raise LabError(
                "model", "model/bad-config", f"{place}: {name} is {json.dumps(value)[:40]}", f"{place}, {name}",
                remedy="Correct the field, or use another checkpoint.")
    return LoraOptions(int(numbers["r"]), float(numbers["lora_alpha"]), float(numbers["lora_dropout"]), _targets(config))


def _targets(config: dict[str, Any]) -> tuple[str, ...] | str:
    targets = config.get("target_modules")
    if isinstance(targets, list):
        return tuple(sorted(map(str, targets)))
    return targets if isinstance(targets, str) and targets != ALL_LINEAR else ()


def settings_of(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """Of peft's LoraConfig, besides rank, alpha, dropout and targets. Rejects with `model/unsupported` what would make another model
    of the adapter here."""
    for name, value in config.items():
        if name not in (*OWN, *TAKEN_OVER, *WITHOUT_EFFECT) and not _is_plain(name, value):
            place = str(folder / CONFIG)
            raise LabError(
                "model", "model/unsupported", f"{place}: {name} is {json.dumps(value)[:100]}, which this engine does not compute",
                f"{place}, {name}",
                remedy="Merge the adapter into its model by peft (merge_and_unload) and name the folder of the merged model, or use a "
                "plain LoRA adapter.")
    return {name: config[name] for name in TAKEN_OVER if _is_set(config.get(name))}


def _is_set(value: Any) -> bool:
    """0 is the first layer."""
    return bool(value) or (value == 0 and value is not False)


def _is_plain(name: str, value: Any) -> bool:
    """Whether a field is not in use, or says what any LoRA adapter does."""
    from peft import LoraConfig

    if name == "init_lora_weights":
        return value in PLAIN_STARTS
    if name == "peft_type":
        return value == "LORA"
    return not value or value == LoraConfig().to_dict().get(name)


def check_same_scale(folder: Path, config: dict[str, Any], lora: LoraOptions) -> None:
    """An adapter of another strength would be another model. Rejects with `model/wrong-weights`."""
    saved = lora_of(folder, config)
    if (saved.rank, saved.alpha) == (lora.rank, lora.alpha):
        return
    what = f"the adapter has rank {saved.rank} and alpha {saved.alpha:g}, the run asks for rank {lora.rank} and alpha {lora.alpha:g}"
    raise wrong_weights(str(folder / CONFIG), what)
