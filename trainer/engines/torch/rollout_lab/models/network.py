"""transformers models from folders and from nothing, checked tensor by tensor."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import CONFIG_MAPPING, AutoConfig, AutoModelForCausalLM, PretrainedConfig, PreTrainedModel
from transformers.utils import is_flash_attn_2_available
from transformers.utils.logging import disable_progress_bar

from rollout_lab.errors import LabError
from rollout_lab.models.description import CONFIG, Description
from rollout_lab.models.heads import BIAS, WEIGHT, RewardHead, one_logit
from rollout_lab.models.options import TorchOptions
from rollout_lab.models.weight_files import TensorPlace, check_dtypes, not_finite_weight, read_tensor, wrong_weights

# What the process prints is shown where it fails.
disable_progress_bar()

CLASSIFIER = "ForTokenClassification"
"""What transformers saves a model with a reward head as (TRL's PRMTrainer); the language model below is the same."""
LAYER_COUNTS = frozenset({"num_hidden_layers", "num_layers", "n_layer", "n_layers"})
MAX_LAYERS = 1000
"""More are typing errors or attacks; each is made, even where none of its weights is."""
DROPOUTS = re.compile(r"(dropout|pdrop|dropout_prob|dropout_p|layerdrop|jitter_noise)$")
"""Names of what configurations draw by in training."""


def _bad_config(place: str, what: str, error: Exception) -> LabError:
    return LabError(
        "model", "model/bad-config", f"{place}: {what} ({type(error).__name__}: {str(error)[:300]})", place,
        remedy="Correct the field or download the model again; a newer architecture may need a newer transformers.")


def _refuse_unsupported(place: str, config: dict[str, Any], options: TorchOptions) -> None:
    if config.get("quantization_config") is not None:
        raise LabError(
            "model", "model/unsupported", f"{place}: quantization_config: this engine trains weights that are not quantised", place,
            remedy="Choose the model's original weights.")
    if "auto_map" in config and config.get("model_type") not in CONFIG_MAPPING and not options.trust_remote_code:
        raise LabError(
            "model", "model/remote-code",
            f"{place}: the model runs code of its own from its folder (auto_map), which is not trusted", place,
            remedy='Choose a model that transformers knows, or read its code and set "trustRemoteCode" in this machine\'s settings.')


def _refuse_endless(place: str, config: dict[str, Any]) -> None:
    """Before transformers reads it, which already makes a list of the layers. Parts of a model have configurations of their own."""
    for name, value in config.items():
        if isinstance(value, dict):
            _refuse_endless(place, value)
        elif name in LAYER_COUNTS and value is not None and not (isinstance(value, int) and 0 < value <= MAX_LAYERS):
            raise LabError(
                "model", "model/unsupported", f"{place}: {name} is {str(value)[:40]}; this engine runs 1 to {MAX_LAYERS} layers",
                f"{place}, {name}", remedy="Correct the field or download the model again.")


def read_config(folder: Path, description: Description, options: TorchOptions) -> PretrainedConfig:
    """Rejects with `model/unsupported`, `model/remote-code` or `model/bad-config`."""
    place = str(folder / CONFIG)
    _refuse_unsupported(place, description.config, options)
    _refuse_endless(place, description.config)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=options.trust_remote_code, local_files_only=True)
    except Exception as error:  # Configurations of strangers raise anything.
        raise _bad_config(place, "is not a configuration that transformers reads", error) from error
    if any(name.endswith(CLASSIFIER) for name in description.config.get("architectures") or ()):
        # A classifier has no head of words: the embedding stands in, so that a model without words still loads.
        config.tie_word_embeddings = True
    return config


def without_dropout(config: PretrainedConfig) -> PretrainedConfig:
    """The policy that is trained has to be the policy that sampled."""
    for part in (config, config.get_text_config()):
        for name, value in list(vars(part).items()):
            if DROPOUTS.search(name) and isinstance(value, float):
                setattr(part, name, 0.0)
    return config


def own_attention(options: TorchOptions) -> str | None:
    """transformers' implementation for models that are not run packed; None = its choice. Flash attention is a package of its own
    there, which packed models do without."""
    if options.attention == "flash" and options.compute_dtype != torch.float32 and is_flash_attn_2_available():
        return "flash_attention_2"
    # Its choice is sdpa, or eager for models that cannot.
    return "eager" if options.attention == "eager" else None


def count_parameters(config: PretrainedConfig, place: str, options: TorchOptions) -> int:
    """Without allocating them."""
    try:
        with torch.device("meta"):
            network = AutoModelForCausalLM.from_config(config, trust_remote_code=options.trust_remote_code)
    except Exception as error:  # Configurations of strangers raise anything.
        raise _bad_config(place, "describes no model for causal language modelling that transformers makes", error) from error
    return sum(parameter.numel() for parameter in network.parameters())


def make_network(config: PretrainedConfig, options: TorchOptions) -> PreTrainedModel:
    return AutoModelForCausalLM.from_config(config, dtype=options.weight_dtype, attn_implementation=own_attention(options))


NO_ADAPTER = {"subfolder": "no-adapter"}
"""transformers would add an adapter that lies beside its base: where it looks for one, there is none."""


def read_network(folder: Path, config: PretrainedConfig, places: dict[str, TensorPlace], options: TorchOptions) -> PreTrainedModel:
    """The model of a folder, on the CPU. Every tensor has its place in the model and every parameter its tensor, or it
    rejects with `model/wrong-weights`; numbers that are not finite reject with `model/not-finite`."""
    try:
        network, info = AutoModelForCausalLM.from_pretrained(
            folder, config=config, dtype=options.weight_dtype, attn_implementation=own_attention(options), use_safetensors=True,
            trust_remote_code=options.trust_remote_code, local_files_only=True, output_loading_info=True,
            ignore_mismatched_sizes=True, adapter_kwargs=NO_ADAPTER)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise wrong_weights(str(folder), f"cannot be loaded ({type(error).__name__}: {str(error)[:500]})") from error
    check_dtypes(places, _untaken(network, info, places))
    _check_loading(folder, info, places, config)
    _check_finite(folder, network)
    _detach_from_files(network)
    return network


def _untaken(network: PreTrainedModel, info: dict[str, Any], places: dict[str, TensorPlace]) -> set[str]:
    """Tensors of the files that are no part of the model; those that a model itself says to pass over are not among the unexpected."""
    passed_over = [re.compile(pattern) for pattern in network._keys_to_ignore_on_load_unexpected or ()]
    return {name for name in places if name in info["unexpected_keys"] or any(pattern.search(name) for pattern in passed_over)}


def _place(folder: Path, places: dict[str, TensorPlace], name: str) -> str:
    return str(places[name].file) if name in places else str(folder)


def _check_loading(folder: Path, info: dict[str, Any], places: dict[str, TensorPlace], config: PretrainedConfig) -> None:
    for name, found, wanted in sorted(info["mismatched_keys"]):
        what = f"tensor {name} has shape {list(found)}, config.json asks for {list(wanted)}"
        raise wrong_weights(_place(folder, places, name), what, name)
    for name in sorted(info["missing_keys"]):
        raise wrong_weights(str(next(iter(places.values())).file if places else folder), f"tensor {name} is missing", name)
    for name in sorted(info["unexpected_keys"]):
        if not _tolerated(name, config):
            raise wrong_weights(_place(folder, places, name), f"tensor {name} belongs to no part of this architecture", name)


def _tolerated(name: str, config: PretrainedConfig) -> bool:
    """Buffers that old checkpoints hold beside the weights, the reward head, and a second copy of tied weights."""
    return name.endswith(".rotary_emb.inv_freq") or name in (WEIGHT, BIAS) or (name == "lm_head.weight" and config.tie_word_embeddings)


def _check_finite(folder: Path, network: nn.Module) -> None:
    for name, parameter in network.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            raise not_finite_weight(str(folder), name)


def _detach_from_files(network: nn.Module) -> None:
    """Weights may be views of mapped files, which others can change, and whose alignment decides the last bits of a
    matrix product."""
    for parameter in network.parameters():
        parameter.data = parameter.data.clone(memory_format=torch.contiguous_format)


def read_reward_head(folder: Path, places: dict[str, TensorPlace], hidden_size: int, prefix: str = "") -> RewardHead | None:
    """The head of the files, of one or two rows; a bias may be missing. `prefix` stands before its names in the file.
    """
    if WEIGHT not in places:
        return None
    head = RewardHead(hidden_size, torch.device("cpu"))
    for name, parameter in ((WEIGHT, head.weight), (BIAS, head.bias)):
        place = places.get(name)
        if place is None:
            continue
        row = tuple(parameter.shape[1:])
        if place.shape not in ((1, *row), (2, *row)):
            what = f"tensor {name} has shape {list(place.shape)}; a reward head has one or two rows of {list(row)}"
            raise wrong_weights(str(place.file), what, name)
        rows = read_tensor(place, prefix + name).float()
        if not bool(torch.isfinite(rows).all()):
            raise not_finite_weight(str(place.file), name)
        parameter.data.copy_(one_logit(rows))
    return head
