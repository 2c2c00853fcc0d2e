from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from rollout_lab.models.packed_probe import runs_packed

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
        False, "llama", {"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}})
}


@pytest.mark.parametrize("name", CASES)
def test_finds_what_layouts_cannot_compute(name: str) -> None:
    expected, kind, changes = CASES[name]
    torch.manual_seed(0)
    network = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **{**SMALL, **changes})).eval()
    own = network.config._attn_implementation
    assert runs_packed(network, 64) is expected
    assert network.config._attn_implementation == own
