"""A model made from nothing: the same shape, tokenizer and initial weights as the embedded engine's
(`onnx/model/newModel.ts`)."""
from __future__ import annotations

import json
import math
import re
from typing import Any

import torch
from torch import nn

from rollout_lab.errors import LabError
from rollout_lab.models.description import GENERATION, TOKENIZER, TOKENIZER_CONFIG, Description, json_bytes
from rollout_lab.models.random_stream import hash32, normals

END_OF_TEXT = "<eos>"
INITIAL_DEVIATION = 0.02
"""Standard deviation of initial weights (GPT-2, section 2.3 of Radford et al. 2019)."""
MODEL_TYPES = {"LlamaForCausalLM": "llama", "Qwen2ForCausalLM": "qwen2", "Qwen3ForCausalLM": "qwen3"}
CHUNK = 1 << 22
"""Numbers that are drawn at a time."""
RESIDUAL = re.compile(r"\.(o_proj|down_proj)\.weight$")
"""Projections whose output is added to the residual stream."""


def _refuse(field: str, value: Any, what: str) -> LabError:
    return LabError(
        "model", "model/bad-config", f"model.{field} is {json.dumps(value)}: {what}", f"model.{field}",
        remedy="Correct the field of the run file.")


def model_vocabulary(words: list[str]) -> list[str]:
    """The words of a new model's tokenizer, in the order of their ids: `<eos>` first."""
    vocabulary = [END_OF_TEXT, *(word for word in words if word != END_OF_TEXT)]
    seen: set[str] = set()
    for word in vocabulary:
        if word == "" or " " in word:
            raise _refuse("vocabulary", word, "a word has characters, none of them a space")
        if word in seen:
            raise _refuse("vocabulary", word, "the word stands twice")
        seen.add(word)
    if len(vocabulary) < 2:
        raise _refuse("vocabulary", words, "it has no words")
    return vocabulary


def new_config(model: dict[str, Any], vocabulary_size: int) -> dict[str, Any]:
    """config.json of a new model, as transformers, old and new, reads it."""
    if model["heads"] % model["keyValueHeads"] != 0:
        raise _refuse("keyValueHeads", model["keyValueHeads"], f"must divide heads ({model['heads']})")
    if model["headSize"] % 2 != 0:
        raise _refuse("headSize", model["headSize"], "must be even (rotary positions pair its entries)")
    architecture = model["architecture"]
    theta = model["ropeTheta"]
    return {
        "architectures": [architecture], "model_type": MODEL_TYPES[architecture], "vocab_size": vocabulary_size,
        "hidden_size": model["hiddenSize"], "intermediate_size": model["intermediateSize"], "num_hidden_layers": model["layers"],
        "num_attention_heads": model["heads"], "num_key_value_heads": model["keyValueHeads"], "head_dim": model["headSize"],
        "max_position_embeddings": model["contextLength"], "rope_theta": theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": theta}, "rms_norm_eps": 1e-6, "hidden_act": "silu",
        "attention_bias": architecture == "Qwen2ForCausalLM", "attention_dropout": 0, "tie_word_embeddings": model["tiedHead"],
        **({"mlp_bias": False} if architecture == "LlamaForCausalLM" else {"use_sliding_window": False}),
        "bos_token_id": None, "eos_token_id": 0, "pad_token_id": None
    }


def word_level_tokenizer(vocabulary: list[str]) -> dict[str, Any]:
    """tokenizer.json of a word-level tokenizer: words separated by single spaces, so that decode(encode(text)) = text
    for them; a line break can be a word. `<unk>` is named because the format demands it and left out of the
    vocabulary, so that an unknown word is an error in every implementation.
    """
    end = {"id": 0, "content": END_OF_TEXT, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [end], "normalizer": None,
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": " "}, "behavior": "Removed", "invert": False},
        "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: number for number, word in enumerate(vocabulary)}, "unk_token": "<unk>"}
    }


def word_level_tokenizer_config(context_length: int) -> dict[str, Any]:
    """tokenizer_config.json; `PreTrainedTokenizerFast.from_pretrained` reads it for every architecture."""
    end = {"content": END_OF_TEXT, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END_OF_TEXT, "model_max_length": context_length,
        "clean_up_tokenization_spaces": False, "added_tokens_decoder": {"0": end}
    }


def new_description(model: dict[str, Any], words: list[str]) -> Description:
    vocabulary = model_vocabulary(words)
    return Description(new_config(model, len(vocabulary)), {
        GENERATION: json_bytes({"eos_token_id": [0]}),
        TOKENIZER: json_bytes(word_level_tokenizer(vocabulary)),
        TOKENIZER_CONFIG: json_bytes(word_level_tokenizer_config(model["contextLength"]))
    })


@torch.no_grad()
def initialise(network: nn.Module, layers: int, seed: int) -> None:
    """Norms 1, biases 0, matrices normal(0, 0.02), those that write to the residual stream divided by √(2·layers). Each
    tensor draws from its own stream, so its values depend on seed, name and shape alone.
    """
    for name, parameter in network.named_parameters():
        if name.endswith("norm.weight"):
            parameter.fill_(1)
        elif name.endswith(".bias"):
            parameter.zero_()
        else:
            deviation = INITIAL_DEVIATION / (math.sqrt(2 * layers) if RESIDUAL.search(name) else 1)
            _fill_normal(parameter, hash32("initial weights", seed, name), deviation)


def _fill_normal(parameter: nn.Parameter, seed: int, deviation: float) -> None:
    flat = parameter.data.view(-1)
    for start in range(0, flat.numel(), CHUNK):
        count = min(CHUNK, flat.numel() - start)
        values = torch.from_numpy(deviation * normals(seed, start, count))
        flat[start:start + count].copy_(values)
