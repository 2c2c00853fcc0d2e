"""What a run file and the machine's settings say of the model, as the trainer passes it on in `--options`."""
from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Any

import torch


@dataclass(frozen=True)
class LoraOptions:
    """Low-rank adapters (Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

    rank: int
    alpha: float
    dropout: float
    targets: tuple[str, ...] | str
    """Names of the linear layers that get one, as peft matches them; empty = every linear layer but the head. An adapter's file may have
    a pattern in their place."""


@dataclass(frozen=True)
class TorchOptions:
    dtype: str = "float32"
    """`float32` or `bfloat16`: what the model computes in. Where nothing is trained also `stored`: on a GPU what the folder's weights are in."""
    master_weights: bool = True
    """With bfloat16: weights that are trained are kept in float32 and computed with under autocast; false = they are bfloat16 too. Of an
    adapter's they are float32 in any case, and the frozen ones below it bfloat16."""
    lora: LoraOptions | None = None
    gradient_checkpointing: bool = False
    attention: str = "auto"
    """`auto`, `sdpa`, `flash` or `eager`; `eager` is transformers' own, padded, for models under suspicion."""
    sampler: str = "auto"
    """`auto`, `own` or `vllm`."""
    device: str = "auto"
    """`auto`, `cuda`, `cuda:N`, `mps` or `cpu`."""
    trains: bool = True
    """False: the engine samples and scores alone."""
    trust_remote_code: bool = False
    """Of the machine, never of a run file: model folders may run code of their own."""

    @property
    def compute_dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.dtype == "bfloat16" else torch.float32

    @property
    def weight_dtype(self) -> torch.dtype:
        """Of the model's own weights: an adapter's are apart."""
        return torch.float32 if self.master_weights and self.lora is None else self.compute_dtype

    @property
    def settled(self) -> bool:
        """Nothing of them waits for a model's folder."""
        return self.dtype != "stored"

    def of_folder(self, config: dict[str, Any], device: torch.device) -> TorchOptions:
        """With `stored` settled for the folder of this config.json. Processors compute in float32, whatever was stored."""
        if self.settled:
            return self
        stored = config.get("dtype", config.get("torch_dtype"))
        half = stored == "bfloat16" and device.type != "cpu"
        return replace(self, dtype="bfloat16" if half else "float32", master_weights=not half)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def parse_options(text: str) -> TorchOptions:
    """The options from their JSON; what is left out keeps its default. The trainer has checked the values."""
    given: dict[str, Any] = {_snake(name): value for name, value in json.loads(text).items()}
    unknown = set(given) - {field.name for field in fields(TorchOptions)}
    if unknown:
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
    lora = given.pop("lora", None)
    # Saved adapters are merged where they are not trained further.
    trained = None if lora is None or not given.get("trains", True) else LoraOptions(
        lora["rank"], lora["alpha"], lora["dropout"], tuple(lora["targets"]))
    return TorchOptions(lora=trained, **given)
