"""Models small enough to be made in every test."""
from __future__ import annotations

from typing import Any

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.loading import assemble, read_model
from rollout_lab.models.options import TorchOptions

WORDS = ["<eos>", "a", "b", "c", "d", "e", "f"]
CPU = torch.device("cpu")
SHAPE = {
    "architecture": "Qwen3ForCausalLM", "hiddenSize": 16, "layers": 2, "heads": 2, "keyValueHeads": 1, "headSize": 8,
    "intermediateSize": 24, "contextLength": 96, "ropeTheta": 10000, "tiedHead": True
}


def tiny_source(seed: int = 5, **changes: Any) -> dict[str, Any]:
    """As engine.ts's ModelSource; `changes` are fields of the shape."""
    return {"kind": "new", "vocabulary": WORDS, "seed": seed, "model": {**SHAPE, **changes}}


def tiny_model(options: TorchOptions | None = None, seed: int = 5, **changes: Any) -> LoadedModel:
    """Weights are ten times those of a new model, so that no part of the forward pass is negligible."""
    chosen = options or TorchOptions()
    model = assemble(read_model(tiny_source(seed, **changes), chosen, CPU), chosen, CPU)
    with torch.no_grad():
        for name, parameter in model.causal.named_parameters():
            if not name.endswith("norm.weight") and parameter.requires_grad:
                parameter.mul_(10)
    return model
