from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from rollout_lab.models.packed_probe import LENGTHS, runs_packed

SMALL = {
    "vocab_size": 50, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 64, "pad_token_id": 0
}
CASES: dict[str, tuple[bool, str, dict[str, Any]]] = {
    "Qwen3": (True, "qwen3", {}),
    "GPT-2, learnt positions and dropout": (True, "gpt2", {"num_key_value_heads": 4}),
    "heads that the configuration does not describe": (False, "gpt2", {}),
    "a mixture of experts": (True, "qwen3_moe", {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}),
    "a window as wide as the context": (True, "mistral", {"sliding_window": 64}),
    "a sliding window": (False, "mistral", {"sliding_window": 16}),
    "soft-capping": (False, "gemma2", {}),
    "attention sinks": (False, "gpt_oss", {"num_local_experts": 4}),
    "logits that are scaled": (False, "cohere2", {}),
    "a state space model": (False, "mamba", {}),
    "linear attention": (False, "qwen3_next", {"num_experts": 4}),
    "biases for distance": (False, "bloom", {}),
    "positions that depend on the longest sequence": (
        False, "llama", {"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}}),
    "a window of which attention is not told": (False, "phimoe", {"sliding_window": 8, "num_local_experts": 4}),
    "such a window as wide as the context": (True, "phimoe", {"sliding_window": 64, "num_local_experts": 4}),
    "a window that no layer has": (True, "mistral", {"sliding_window": None, "window_size": 8, "layer_types": ["full_attention"] * 2}),
    "logits that are capped": (False, "nanochat", {})
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("name", CASES)
def test_finds_what_layouts_cannot_compute(name: str, dtype: torch.dtype) -> None:
    expected, kind, changes = CASES[name]
    torch.manual_seed(0)
    network = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **{**SMALL, **changes}), dtype=dtype).eval()
    own = network.config._attn_implementation
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert runs_packed(network, 64) is expected
    assert network.config._attn_implementation == own
    for name, value in network.state_dict().items():
        assert value.dtype == before[name].dtype and torch.equal(value, before[name])


class Scaled(torch.nn.Module):
    """A last norm whose states are scaled where the model has more than `tokens` of them."""

    def __init__(self, norm: torch.nn.Module, tokens: int, factor: float) -> None:
        super().__init__()
        self.norm, self.tokens, self.factor = norm, tokens, factor

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return self.norm(states) * (self.factor if states.shape[1] > self.tokens else 1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rounding_hides_no_difference(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    network = AutoModelForCausalLM.from_config(AutoConfig.for_model("qwen3", **SMALL), dtype=dtype).eval()
    norm = network.model.norm
    for factor, expected in ((1.0, True), (1.01, False)):
        network.model.norm = Scaled(norm, max(LENGTHS), factor)
        assert runs_packed(network, 64) is expected
