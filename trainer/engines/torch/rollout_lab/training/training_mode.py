"""What layers do only in training: checkpoints of activations, and the dropout of adapters, which is the only one left on.

A call's dropout is drawn from its data and the adapter's weights, so that a run that is resumed, or made again in another process,
goes the same way bit for bit, whatever was drawn before. A call that ran out of memory drew more than one that did not.
"""
from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, ContextManager

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.random_stream import hash32

ADAPTER = ".lora_"
"""Stands in the names of peft's own layers."""


@contextmanager
def training_mode(model: LoadedModel, data: Sequence[dict[str, Any]]) -> Iterator[None]:
    """`data`: the sequences of the call."""
    lora = model.options.lora
    if not (model.options.gradient_checkpointing or lora is not None):
        yield
        return
    with _own_draws(model.device) if _drops(model) else nullcontext():
        draw_anew(model, data)
        model.network.train()
        _keep_policy(model.network)
        try:
            yield
        finally:
            model.network.eval()


def draw_anew(model: LoadedModel, data: Sequence[dict[str, Any]]) -> None:
    """Within `training_mode`: what is dropped from here on is what was dropped from its beginning on."""
    if _drops(model):
        torch.manual_seed(dropout_seed(model, data))


def _drops(model: LoadedModel) -> bool:
    return model.options.lora is not None and model.options.lora.dropout > 0


def _keep_policy(network: nn.Module) -> None:
    """The policy that is trained has to be the policy that sampled."""
    for name, module in network.named_modules():
        if isinstance(module, _DropoutNd) and ADAPTER not in name:
            module.eval()


def _own_draws(device: torch.device) -> ContextManager[None]:
    """Leaves the generators of others as they were."""
    return torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])


def dropout_seed(model: LoadedModel, data: Sequence[dict[str, Any]]) -> int:
    """32 bits. An adapter's weights change with every step, so that a batch that comes again is not dropped from alike; one tensor says
    so as well as all."""
    last = [parameter for name, parameter in model.trainable().items() if ADAPTER in name][-1]
    weights = zlib.crc32(last.detach().float().cpu().numpy().tobytes())
    tokens = 0
    for sequence in data:
        for part in (sequence["prompt"], sequence["completion"]):
            tokens = zlib.crc32(array("q", [len(part), *part]).tobytes(), tokens)
    return hash32("adapter dropout", weights, tokens)
