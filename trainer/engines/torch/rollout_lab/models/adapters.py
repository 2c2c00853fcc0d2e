"""Low-rank adapters by peft (LoRA, Hu et al. 2021, https://arxiv.org/abs/2106.09685).

A checkpoint (saved with its optimiser) holds the adapter alone, in peft's layout (`adapter_model.safetensors`,
`adapter_config.json`), which names the folder of the base model; a new model's base lies beside it. What is exported
(saved without optimiser) is the model with its adapter merged, which any program reads.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from rollout_lab.errors import LabError
from rollout_lab.models.adapter_config import ALL_LINEAR, CONFIG
from rollout_lab.models.description import json_bytes, replace_file
from rollout_lab.models.heads import BIAS as HEAD_BIAS
from rollout_lab.models.heads import WEIGHT as HEAD_WEIGHT
from rollout_lab.models.heads import RewardHead
from rollout_lab.models.loaded_model import file_name
from rollout_lab.models.network import read_reward_head
from rollout_lab.models.options import LoraOptions
from rollout_lab.models.weight_files import check_dtypes, open_safetensors, tensor_places, write_safetensors, wrong_weights

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

WEIGHTS = "adapter_model.safetensors"
BESIDE = "."
"""A base that lies nowhere else is saved beside its adapter: checkpoints are plain files in one folder."""
PREFIX = "base_model.model."
"""peft's files name tensors after the wrapping model."""
BELOW = ".base_layer."
"""Stands in the names of weights below an adapter, of which peft saves those of an embedding and of the output head."""
RUN_TARGETS = "torch.lora.targets"
"""Where a run names the layers, for errors."""


def add_adapter(
    network: PreTrainedModel, lora: LoraOptions, seed: int, settings: Mapping[str, Any] = MappingProxyType({}), place: str = RUN_TARGETS
) -> PeftModel:
    """A fresh adapter: A random by `seed`, B zero, so that the model says what it said. Only the adapter is trained. `settings`: of
    peft's LoraConfig besides; `place`: where the targets are named. Rejects with `model/lora-targets`."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, bias="none", task_type="CAUSAL_LM",
        target_modules=lora.targets if isinstance(lora.targets, str) else list(lora.targets) or ALL_LINEAR, **settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            adapted = get_peft_model(network, config)
        except ValueError as error:
            raise LabError(
                "model", "model/lora-targets", f"LoRA: {str(error)[:500]}", place,
                remedy="Name linear layers of the model, such as q_proj, or leave the targets out for all of them.") from error
    _refuse_tied(network, place)
    _take_inputs_as_they_come(adapted)
    return adapted


def _take_inputs_as_they_come(network: PeftModel) -> None:
    """Below an adapter's float32 peft would make its inputs float32 too: a copy of every layer's input, which autocast rounds again."""
    for module in network.modules():
        if hasattr(module, "cast_input_dtype_enabled"):
            module.cast_input_dtype_enabled = False


def _refuse_tied(network: PreTrainedModel, place: str) -> None:
    """One matrix that both reads and writes words has one adapter too few: merged into it, or left out of it, one of the two would say
    something else than was trained."""
    from peft.tuners.lora import LoraLayer

    words = (network.get_input_embeddings(), network.get_output_embeddings())
    if words[0].weight is not words[1].weight or not any(isinstance(each, LoraLayer) for each in words):
        return
    names = [name for name, module in network.named_modules() if module in words and isinstance(module, LoraLayer)]
    raise LabError(
        "model", "model/lora-targets",
        f"LoRA: {' and '.join(names)} cannot have an adapter, since this model's embedding and output head are one matrix "
        "(tie_word_embeddings)", place,
        remedy="Leave embedding and output head out of the targets; of an adapter that was made with them, train another without.")


def adapter_tensors(network: PeftModel) -> dict[str, torch.Tensor]:
    """The adapter's parameters by their name within the language model."""
    found = network.get_base_model().named_parameters()
    return {file_name(name): parameter for name, parameter in found if ".lora_" in name}


def read_head(folder: Path, hidden_size: int) -> RewardHead | None:
    """The reward head that was saved beside the adapter."""
    places = {name.removeprefix(PREFIX): place for name, place in tensor_places([folder / WEIGHTS]).items()}
    check_dtypes(places, ())
    return read_reward_head(folder, places, hidden_size, PREFIX)


def read_adapter(folder: Path, network: PeftModel) -> None:
    """Puts the saved adapter into the model's. Rejects with `model/wrong-weights` where they differ in shape."""
    file = folder / WEIGHTS
    if not file.exists():
        raise wrong_weights(str(folder), f"{WEIGHTS} is missing")
    own = adapter_tensors(network)
    with open_safetensors(file) as opened:
        names = set(opened.keys())
        for name, parameter in own.items():
            if PREFIX + name not in names:
                raise wrong_weights(str(file), f"tensor {PREFIX}{name} is missing", PREFIX + name)
            value = opened.get_tensor(PREFIX + name)
            if value.shape != parameter.shape:
                what = f"tensor {PREFIX}{name} has shape {list(value.shape)}, the adapter asks for {list(parameter.shape)}"
                raise wrong_weights(str(file), what, PREFIX + name)
            parameter.data.copy_(value)
        below = {name for name in names if BELOW in name and _is_base(network, name.removeprefix(PREFIX), opened.get_tensor(name))}
        other = names - below - {PREFIX + name for name in (*own, HEAD_WEIGHT, HEAD_BIAS)}
        if other:
            raise wrong_weights(str(file), f"tensor {min(other)} belongs to no part of the adapter", min(other))


def _is_base(network: PeftModel, name: str, value: torch.Tensor) -> bool:
    """Whether a weight is the one that the model has below its adapter."""
    below = network.get_base_model().state_dict().get(name)
    return below is not None and below.shape == value.shape and torch.equal(below, value.to(below.dtype))


def write_adapter(folder: Path, network: PeftModel, base: str, head: dict[str, torch.Tensor]) -> None:
    """`head`: the reward head's tensors, which peft would keep beside the adapter of a classifier too."""
    named = {**adapter_tensors(network), **head}
    tensors = {PREFIX + name: value.detach().to("cpu", torch.float32) for name, value in named.items()}
    write_safetensors(folder / WEIGHTS, tensors, {"format": "pt"})
    config = {**network.peft_config["default"].to_dict(), "base_model_name_or_path": base, "inference_mode": True}
    replace_file(folder / CONFIG, json_bytes({name: _plain_value(value) for name, value in config.items()}))


def _plain_value(value: Any) -> Any:
    """Sets and enumerations as JSON has them."""
    return sorted(value) if isinstance(value, set) else getattr(value, "value", value)


def merged_state(network: PeftModel, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The weights with the adapter added, W + (α/r)·B·A (α/√r where its file says so), by the names of the plain model; the model itself is left as
    it is. Sums are rounded once, to the type that they are wanted in. All lie in main memory: beside the model and what trains it, a device may have
    no room for a second one, least of all in float32."""
    from peft.tuners.lora import LoraLayer

    causal = network.get_base_model()
    state = {name: value.detach().cpu() for name, value in plain_state(causal).items()}
    for name, layer in causal.named_modules():
        if isinstance(layer, LoraLayer):
            # An adapter of fused experts is one of a parameter.
            target = f"{_plain_name(name)}.{getattr(layer, 'parameter_name', 'weight')}"
            delta = layer.get_delta_weight("default").detach().float()
            state[target] = (state[target].to(delta.device).float() + delta).to(dtype).cpu()
    return state


def plain_state(causal: nn.Module) -> dict[str, torch.Tensor]:
    """The weights below the adapters, by the names of the plain model."""
    return {_plain_name(name): value for name, value in causal.state_dict().items() if ".lora_" not in name}


def _plain_name(name: str) -> str:
    return re.sub(r"\.base_layer(?=\.|$)", "", name)


def remove_adapter(folder: Path) -> None:
    for name in (CONFIG, WEIGHTS):
        (folder / name).unlink(missing_ok=True)
