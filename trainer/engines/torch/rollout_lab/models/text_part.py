"""Models of text and images whose class for causal language modelling is the text part alone (Qwen3.5, Llama 4): what is written of them
is a text model, whole as that."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from transformers import PretrainedConfig, PreTrainedModel, core_model_loading

from rollout_lab.models.description import PROCESSORS, Description

SHARED = ("bos_token_id", "eos_token_id", "pad_token_id", "transformers_version")
"""Fields that may stand in the whole model's configuration alone."""

PREDICTED_AHEAD = ("mtp_num_hidden_layers",)
"""Counts of layers that predict several tokens, which transformers passes over; programs that run them would look for their tensors."""


def is_text_part(network: PreTrainedModel, config: PretrainedConfig) -> bool:
    """`config`: of the folder."""
    return type(network.config) is not type(config) and type(network.config) is type(config.get_text_config())


def describe_text_part(description: Description, network: PreTrainedModel) -> Description:
    """With the configuration of what was loaded, and without files for what was not."""
    whole = description.config
    text = whole.get("text_config")
    own: dict[str, Any] = text if isinstance(text, dict) else network.config.to_dict()
    shared = {name: whole[name] for name in SHARED if whole.get(name) is not None and own.get(name) is None}
    loaded = {"architectures": [type(network).__name__], "model_type": network.config.model_type}
    none = {name: 0 for name in PREDICTED_AHEAD if own.get(name)}
    config = {**loaded, **own, **none, **shared, **loaded, "tie_word_embeddings": network.config.tie_word_embeddings}
    return replace(description, config=config, files={name: each for name, each in description.files.items() if name not in PROCESSORS})


def name_as_text_model(network: PreTrainedModel) -> None:
    """Its files name tensors after the whole model, and transformers would write those names again."""
    conversions = getattr(network, "_weight_conversions", None) or []
    # transformers has had them since 5.6; before that no model was named after a whole one.
    renaming = getattr(core_model_loading, "PrefixChange", ())
    network._weight_conversions = [each for each in conversions if not isinstance(each, renaming)] or None
