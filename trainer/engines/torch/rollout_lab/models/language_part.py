"""Models of text and images that are loaded whole (Gemma 3): what computes language is trained. No sequence reaches the rest, which weight
decay would change all the same, and whose gradients and moments would take memory."""
from __future__ import annotations

from collections.abc import Iterator

from torch import nn
from transformers import PreTrainedModel


def other_modules(network: PreTrainedModel) -> Iterator[tuple[str, nn.Module]]:
    """Those that no text goes through, by name; none of a text model."""
    if network.config.get_text_config() is network.config:
        return
    language = {part for whole in _language(network) for part in whole.modules()}
    around = {name for name, module in network.named_modules() if module in language}
    for name, module in network.named_modules():
        if module not in language and not any(each.startswith(f"{name}.") or name == "" for each in around):
            yield name, module


def _language(network: PreTrainedModel) -> tuple[nn.Module, ...]:
    return network.get_input_embeddings(), network.get_decoder(), network.get_output_embeddings()


def freeze_others(network: PreTrainedModel) -> None:
    for _, module in other_modules(network):
        module.requires_grad_(False)


def other_linear_layers(network: PreTrainedModel) -> list[str]:
    """Where an adapter would not be trained."""
    return [name for name, module in other_modules(network) if isinstance(module, nn.Linear)]
