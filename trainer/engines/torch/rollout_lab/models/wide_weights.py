"""A model of half floats computing in float32, without a float32 copy of it."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


@contextmanager
def in_float32(network: nn.Module) -> Iterator[None]:
    """The parameters of each module are float32 while that module runs, and then what they were: no more of them than belong to one."""
    kept: dict[nn.Module, list[tuple[nn.Parameter, torch.Tensor]]] = {}

    def widen(module: nn.Module, _: Any) -> None:
        own = [parameter for parameter in module.parameters(recurse=False) if parameter.dtype in (torch.bfloat16, torch.float16)]
        kept.setdefault(module, []).extend((parameter, parameter.data) for parameter in own)
        for parameter in own:
            parameter.data = parameter.data.float()

    def narrow(module: nn.Module, *_: Any) -> None:
        for parameter, value in kept.pop(module, []):
            parameter.data = value

    owners = [module for module in network.modules() if any(True for _ in module.parameters(recurse=False))]
    hooks = [each for module in owners for each in (
        module.register_forward_pre_hook(widen), module.register_forward_hook(narrow, always_call=True))]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
