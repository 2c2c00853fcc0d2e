"""Model folders in Hugging Face layout, for any program: config.json, safetensors, the tokenizer's files as they were
read."""
from __future__ import annotations

import json
from pathlib import Path

import torch
from huggingface_hub import split_torch_state_dict_into_shards
from transformers import PreTrainedModel
from transformers.core_model_loading import revert_weight_conversion

from rollout_lab.models import adapters
from rollout_lab.models.description import replace_file, write_description
from rollout_lab.models.heads import class_tensors
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.optimizer_file import OptimizerState, remove_optimizer_state, write_optimizer_state
from rollout_lab.models.weight_files import INDEX, WEIGHTS, write_safetensors

MAX_SHARD_SIZE = "5GB"
PATTERN = "model{suffix}.safetensors"


def _without_tied(network: PreTrainedModel, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tied weights once, under the name that transformers loads them from."""
    tied = {target for target, source in (network.all_tied_weights_keys or {}).items() if source in state}
    return {name: value for name, value in state.items() if name not in tied}


def _file_state(network: PreTrainedModel, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors as the architecture's files have them, which its modules may keep fused."""
    return revert_weight_conversion(network, _without_tied(network, state))


def _remove_weights(folder: Path) -> None:
    for file in [folder / WEIGHTS, folder / INDEX, *folder.glob("model-*-of-*.safetensors")]:
        file.unlink(missing_ok=True)


def write_tensors(folder: Path, tensors: dict[str, torch.Tensor], dtype: torch.dtype) -> None:
    """One file, or shards of five gigabytes and their index. No more than one of them is on the CPU at a time."""
    _remove_weights(folder)
    split = split_torch_state_dict_into_shards(tensors, filename_pattern=PATTERN, max_shard_size=MAX_SHARD_SIZE)
    for name, members in split.filename_to_tensors.items():
        # transformers looks for this key to know which framework wrote the file.
        write_safetensors(folder / name, {member: _on_cpu(tensors[member], dtype) for member in members}, {"format": "pt"})
    if split.is_sharded:
        index = {"metadata": split.metadata, "weight_map": split.tensor_to_filename}
        replace_file(folder / INDEX, (json.dumps(index, indent=2, sort_keys=True) + "\n").encode())


def _on_cpu(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return tensor.detach().to("cpu", dtype if tensor.is_floating_point() else tensor.dtype)


def _write_model(model: LoadedModel, folder: Path, dtype: torch.dtype) -> None:
    state = adapters.merged_state(model.network, dtype) if model.adapted else model.causal.state_dict()
    head = {} if model.reward_head is None else class_tensors(model.reward_head)
    write_tensors(folder, {**_file_state(model.causal, state), **head}, dtype)
    adapters.remove_adapter(folder)


def _write_base(model: LoadedModel, folder: Path) -> str:
    """Where the model below the adapter can be found again, seen from the checkpoint."""
    if model.base_folder is not None:
        return str(model.base_folder.resolve())
    write_tensors(folder, _file_state(model.causal, adapters.plain_state(model.causal)), torch.float32)
    return adapters.BESIDE


def _write_adapter(model: LoadedModel, folder: Path) -> None:
    _remove_weights(folder)
    head = {} if model.reward_head is None else class_tensors(model.reward_head)
    adapters.write_adapter(folder, model.network, _write_base(model, folder), head)


def _whole(state: OptimizerState, model: LoadedModel) -> OptimizerState:
    """With zeros for a reward head that has appeared since the last step."""
    def filled(moments: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {name: moments[name] if name in moments else torch.zeros(value.shape) for name, value in model.trainable().items()}

    return OptimizerState(state.step, filled(state.first_moment), filled(state.second_moment))


def save_model(model: LoadedModel, folder: Path, state: OptimizerState | None, *, resumable: bool, dtype: str) -> None:
    """Writes the model; `resumable` keeps an adapter apart from its base and adds the optimiser's state, where there is
    one."""
    write_description(folder, model.description, dtype, with_head=model.reward_head is not None)
    if resumable and model.adapted:
        _write_adapter(model, folder)
    else:
        _write_model(model, folder, getattr(torch, dtype))
    if resumable and state is not None:
        write_optimizer_state(folder, _whole(state, model))
    else:
        remove_optimizer_state(folder)
