"""A model with what sampling and training need of it."""
from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ContextManager

import torch
from torch import nn

from rollout_lab.models.description import Description
from rollout_lab.models.heads import BIAS, WEIGHT, RewardHead
from rollout_lab.models.options import TorchOptions

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

ADAPTER_NAME = re.compile(r"\.default(?=\.|$)")
"""peft names the tensors of an adapter after it, within the name or, of an embedding's, at its end; files leave it out."""


@dataclass(eq=False)
class LoadedModel:
    network: nn.Module
    """A transformers model for causal language modelling, perhaps inside a peft model."""
    tokenizer: PreTrainedTokenizerFast
    folder: Path | None
    """None for a new model."""
    vocabulary_size: int
    """Rows of the output head: the tokenizer may know fewer tokens."""
    context_length: int
    end_of_text_tokens: tuple[int, ...]
    device: torch.device
    compute_dtype: torch.dtype
    packed: bool
    """Whether attention by layouts (attention.py) computes the same as transformers' own. Otherwise batches are padded
    and transformers' attention and cache are used."""
    description: Description
    """The small files of its folder."""
    base_folder: Path | None = None
    """Where the weights below an adapter lie; None where nothing but this process and its checkpoints has them."""
    reward_head: RewardHead | None = None
    options: TorchOptions = field(default_factory=TorchOptions)
    weights_version: int = 0
    """Grows whenever the weights change; what is derived from them (copies in another type, merged adapters, captured
    graphs that read such copies) is made again."""

    @property
    def causal(self) -> PreTrainedModel:
        """The transformers model, adapters injected where there are any."""
        return plain_network(self.network)

    @property
    def adapted(self) -> bool:
        return self.causal is not self.network

    @property
    def place(self) -> str:
        """For errors."""
        return "the new model" if self.folder is None else str(self.folder)

    @property
    def hidden_size(self) -> int:
        return self.output_head().in_features

    @property
    def head_size(self) -> int:
        """Of attention."""
        return head_size(self.causal.config.get_text_config())

    def decoder(self) -> nn.Module:
        """The transformer without the output head; its `last_hidden_state` is [B, N, d], after the last norm."""
        return self.causal.get_decoder()

    def output_head(self) -> nn.Linear:
        return self.causal.get_output_embeddings()

    def trainable(self) -> dict[str, nn.Parameter]:
        """Parameters that training changes, by Hugging Face name, in the order of the model; tied weights once, by the
        name of the first (the embedding), the reward head last."""
        return trained_parameters(self.network, self.reward_head)

    def add_reward_head(self) -> RewardHead:
        """The head, made at zero where there is none."""
        if self.reward_head is None:
            self.reward_head = RewardHead(self.hidden_size, self.device)
        return self.reward_head

    def clear_gradient(self) -> None:
        for parameter in self.trainable().values():
            parameter.grad = None

    def weights_changed(self) -> None:
        self.weights_version += 1

    def autocast(self) -> ContextManager[object]:
        """The context that forward passes run in: bfloat16 arithmetic where there are float32 weights, those of an adapter included."""
        if self.compute_dtype == torch.float32 or not (self.adapted or self.output_head().weight.dtype == torch.float32):
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.compute_dtype)


def head_size(config: PretrainedConfig) -> int:
    """Of a language model's configuration."""
    return getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads


def plain_network(network: nn.Module) -> PreTrainedModel:
    """The transformers model in a peft model, or itself."""
    get_base = getattr(network, "get_base_model", None)
    return network if get_base is None else get_base()


def trained_parameters(network: nn.Module, head: RewardHead | None) -> dict[str, nn.Parameter]:
    """See `LoadedModel.trainable`."""
    parameters = plain_network(network).named_parameters()
    found = {file_name(name): parameter for name, parameter in parameters if parameter.requires_grad}
    return found if head is None else {**found, WEIGHT: head.weight, BIAS: head.bias}


def file_name(parameter: str) -> str:
    """Of an adapter's parameter, as peft's files have it."""
    return ADAPTER_NAME.sub("", parameter)
