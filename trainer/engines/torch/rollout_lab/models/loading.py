"""Models from a folder, from a checkpoint with an adapter, or from nothing."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from transformers import AutoConfig, GenerationConfig, PretrainedConfig

from rollout_lab.devices.cpu_products import use_fast_products
from rollout_lab.errors import LabError
from rollout_lab.models import adapter_config, adapters
from rollout_lab.models.attention import NAME as ATTENTION
from rollout_lab.models.context import context_length
from rollout_lab.models.description import CONFIG, GENERATION, Description, read_config_file, read_description
from rollout_lab.models.folders import model_folder
from rollout_lab.models.heads import RewardHead
from rollout_lab.models.language_part import freeze_others, other_linear_layers
from rollout_lab.models.loaded_model import LoadedModel, plain_network
from rollout_lab.models.memory import require_room
from rollout_lab.models.network import count_parameters, make_network, read_config, read_network, read_reward_head, without_dropout
from rollout_lab.models.new_model import initialise, new_description
from rollout_lab.models.options import TorchOptions
from rollout_lab.models.packed_probe import runs_packed
from rollout_lab.models.text_part import describe_text_part, is_text_part, name_as_text_model
from rollout_lab.models.tokenizer import begin_of_text, check_vocabulary, make_tokenizer, template_source, with_prelude
from rollout_lab.models.weight_files import tensor_places, weight_files
from rollout_lab.training.fused_layers import use_fused_layers

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

NEW_MODEL = "the new model"
"""Stands for its folder in errors."""
ADAPTER_SEED = 0
"""Of the adapter on a model from a folder; a new model has a seed of its own."""


@dataclass
class ReadModel:
    """What was read or made, on the CPU, and found whole, before it takes the place of another model."""

    network: nn.Module
    description: Description
    folder: Path | None
    base_folder: Path | None
    reward_head: RewardHead | None
    tokenizer: PreTrainedTokenizerFast
    end_of_text_tokens: tuple[int, ...]


def options_for(named: str, options: TorchOptions, device: torch.device) -> TorchOptions:
    """Settled for a folder; an adapter computes in what its base is in."""
    if options.settled:
        return options
    folder = model_folder(named)
    adapter = adapter_config.read_adapter_config(folder)
    base = folder if adapter is None else adapter_config.base_folder(folder, adapter)
    return options.of_folder(read_config_file(base), device)


def read_model(source: dict[str, Any], options: TorchOptions, device: torch.device) -> ReadModel:
    """`source` as engine.ts has it. Rejects with `model/…`, the place being the file at fault."""
    if source["kind"] == "new":
        return _new_model(source, options, device)
    read = read_folder(source["folder"], options, device)
    prelude = source.get("chatTemplatePrelude")
    if prelude:
        read.description = with_prelude(source["folder"], read.description, prelude)
    return read


def read_folder(named: str, options: TorchOptions, device: torch.device) -> ReadModel:
    folder = model_folder(named)
    adapter = adapter_config.read_adapter_config(folder)
    if adapter is not None:
        return _read_adapted(folder, adapter, options, device)
    found = _read_plain(folder, options, device)
    if options.lora is not None:
        others = other_linear_layers(found.network)
        found.network = adapters.add_adapter(found.network, options.lora, ADAPTER_SEED, {"exclude_modules": others} if others else {})
    return found


def _read_plain(folder: Path, options: TorchOptions, device: torch.device) -> ReadModel:
    description = read_description(folder, options.trust_remote_code)
    config = without_dropout(read_config(folder, description, options))
    tokenizer = make_tokenizer(str(folder), description)
    places = tensor_places(weight_files(folder))
    _require_room(str(folder), config, options, device)
    network = read_network(folder, config, places, options)
    if is_text_part(network, config):
        description = describe_text_part(description, network)
        name_as_text_model(network)
    head = read_reward_head(folder, places, network.get_output_embeddings().in_features)
    return _checked(ReadModel(network, description, folder, folder, head, tokenizer, ()))


def _read_adapted(folder: Path, adapter: dict[str, Any], options: TorchOptions, device: torch.device) -> ReadModel:
    """The base with the saved adapter; merged where the run trains all weights."""
    settings = adapter_config.settings_of(folder, adapter)
    base = adapter_config.base_folder(folder, adapter)
    found = _read_plain(base, options, device)
    if options.lora is not None:
        adapter_config.check_same_scale(folder, adapter, options.lora)
    lora, place = options.lora, adapters.RUN_TARGETS
    if lora is None:
        lora, place = adapter_config.lora_of(folder, adapter), f"{folder / adapter_config.CONFIG}, target_modules"
    network = adapters.add_adapter(found.network, lora, ADAPTER_SEED, settings, place)
    adapters.read_adapter(folder, network)
    found.reward_head = adapters.read_head(folder, network.get_base_model().get_output_embeddings().in_features)
    # What is below an adapter is frozen, and stays so where it is merged.
    found.network = network if options.lora is not None else network.merge_and_unload().requires_grad_()
    own_base = base.resolve().is_relative_to(folder.resolve())
    found.folder, found.base_folder = folder, None if own_base else found.base_folder
    if (folder / CONFIG).exists():
        found.description = read_description(folder, options.trust_remote_code)
        found.tokenizer = make_tokenizer(str(folder), found.description)
    return _checked(found)


def _new_model(source: dict[str, Any], options: TorchOptions, device: torch.device) -> ReadModel:
    description = new_description(source["model"], source["vocabulary"])
    fields = {name: value for name, value in description.config.items() if name not in ("model_type", "rope_theta")}
    config = AutoConfig.for_model(description.config["model_type"], **fields)
    _require_room(NEW_MODEL, config, options, device)
    network = make_network(config, options)
    initialise(network, config.num_hidden_layers, source["seed"])
    adapted = network if options.lora is None else adapters.add_adapter(network, options.lora, source["seed"])
    return _checked(ReadModel(adapted, description, None, None, None, make_tokenizer(NEW_MODEL, description), ()))


def _vocabulary_size(network: nn.Module) -> int:
    return plain_network(network).get_output_embeddings().weight.shape[0]


def _checked(read: ReadModel) -> ReadModel:
    """With its ends of text, and with nothing to train that no text reaches. Rejects a tokenizer, or an end, that the model has no row for."""
    place = NEW_MODEL if read.folder is None else str(read.folder)
    size = _vocabulary_size(read.network)
    check_vocabulary(place, read.tokenizer, size)
    # The tokenizer's own end comes first: it is what plain texts end with.
    ends = end_of_text_tokens(place, read.description, size)
    freeze_others(plain_network(read.network))
    read.end_of_text_tokens = tuple(sorted(ends, key=lambda each: each != read.tokenizer.eos_token_id))
    return read


def _require_room(place: str, config: PretrainedConfig, options: TorchOptions, device: torch.device) -> None:
    trains_all = options.trains and options.lora is None
    require_room(place, count_parameters(config, place, options), options.weight_dtype.itemsize, trains_all, device)


def end_of_text_tokens(place: str, description: Description, vocabulary_size: int) -> tuple[int, ...]:
    """generation_config.json wins over config.json, as in transformers."""
    generation = description.json(place, GENERATION)
    value = generation.get("eos_token_id", description.config.get("eos_token_id"))
    if value is None:
        value = description.config.get("eos_token_id")
    ids = list(dict.fromkeys(each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int)))
    for each in ids:
        if not 0 <= each < vocabulary_size:
            file = str(Path(place) / (GENERATION if generation else CONFIG))
            raise LabError(
                "model", "model/unsupported", f"{file}: eos_token_id is {each}; this engine runs ids below vocab_size ({vocabulary_size})",
                f"{file}, eos_token_id", remedy="Correct the field or download the model again.")
    return tuple(ids)


def assemble(read: ReadModel, options: TorchOptions, device: torch.device) -> LoadedModel:
    """The model on its device, ready for every verb."""
    network = read.network.to(device).eval()
    # Before anything is computed: one model multiplies in one way throughout.
    use_fast_products(network)
    causal = plain_network(network)
    # transformers' own generation is never asked; a default would warn about fields of the model's.
    causal.generation_config = GenerationConfig()
    longest = context_length(causal.config)
    packed = options.attention != "eager" and runs_packed(causal, longest)
    if packed:
        causal.set_attn_implementation(ATTENTION)
        if device.type == "cuda" or (device.type == "cpu" and options.compute_dtype == torch.float32):
            use_fused_layers(causal)
    if options.gradient_checkpointing:
        # The name until transformers 5.2x, which warns of it since.
        enable = getattr(causal, "activation_checkpointing_enable", causal.gradient_checkpointing_enable)
        enable({"use_reentrant": False})
    return LoadedModel(
        network=network, tokenizer=read.tokenizer, folder=read.folder, vocabulary_size=_vocabulary_size(network),
        context_length=longest, end_of_text_tokens=read.end_of_text_tokens, device=device, compute_dtype=options.compute_dtype,
        packed=packed, description=read.description, base_folder=read.base_folder,
        reward_head=None if read.reward_head is None else read.reward_head.to(device), options=options)


def model_info(model: LoadedModel) -> dict[str, Any]:
    """As engine.ts's ModelInfo; parameters are all of the model's, adapters included, tied ones once."""
    head = [] if model.reward_head is None else list(model.reward_head.parameters())
    return {
        "architecture": type(model.causal).__name__,
        "parameters": sum(parameter.numel() for parameter in (*model.causal.parameters(), *head)),
        "vocabularySize": model.vocabulary_size,
        "contextLength": model.context_length,
        "beginOfTextTokens": begin_of_text(model.tokenizer),
        "endOfTextTokens": list(model.end_of_text_tokens),
        "hasChatTemplate": template_source(model.place, model.description) is not None
    }
