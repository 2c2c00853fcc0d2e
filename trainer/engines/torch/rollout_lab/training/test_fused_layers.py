from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM, Qwen3Config

from rollout_lab.models.attention import NAME as ATTENTION
from rollout_lab.models.options import LoraOptions, TorchOptions
from rollout_lab.testing.naive_training import take_forwards
from rollout_lab.testing.tiny_models import tiny_model
from rollout_lab.testing.train_data import COMBINED, train_data
from rollout_lab.testing.training_checks import assert_matches, gradients, loss_of, never, with_head
from rollout_lab.training.forward_backward import forward_backward
from rollout_lab.training.fused_layers import _normed, use_fused_layers
from rollout_lab.training.out_of_memory import TokenBudget

SHAPES: dict[str, dict[str, Any]] = {
    "Qwen3, head norms": {}, "Llama": {"architecture": "LlamaForCausalLM", "tiedHead": False},
    "Qwen2, biases": {"architecture": "Qwen2ForCausalLM", "keyValueHeads": 2}
}
HEAD_TERM = {"kind": "stepReward", "weight": 0.5}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("checkpointing", [False, True])
def test_loss_and_gradient_against_transformers_own_layers(shape: dict[str, Any], checkpointing: bool) -> None:
    model = with_head(tiny_model(TorchOptions(gradient_checkpointing=checkpointing), **shape))
    data = train_data(model)
    assert all("forward" in vars(layer.self_attn) for layer in model.causal.model.layers)
    assert_matches(model, data, loss_of(*COMBINED, HEAD_TERM), tokens=24)


def test_adapters_in_the_projections() -> None:
    pytest.importorskip("peft")
    model = tiny_model(TorchOptions(lora=LoraOptions(4, 8, 0.0, ())))
    with torch.no_grad():
        for parameter in model.trainable().values():
            parameter.copy_(torch.linspace(-0.3, 0.3, parameter.numel()).view(parameter.shape))
    data = train_data(model)
    assert any("forward" in vars(module) and type(module).__name__.endswith("Norm") for module in model.causal.modules())
    assert_matches(model, data, loss_of(*COMBINED), tokens=24)


def test_adapters_over_bfloat16() -> None:
    pytest.importorskip("peft")
    model = tiny_model(TorchOptions(dtype="bfloat16", lora=LoraOptions(4, 8, 0.0, ())))
    assert use_fused_layers(model.causal)


def test_bfloat16_stays_near() -> None:
    exact, fused = tiny_model(), tiny_model(TorchOptions(dtype="bfloat16"))
    data = train_data(exact)
    assert use_fused_layers(fused.causal)
    flat = []
    for model in (exact, fused):
        forward_backward(model, data, loss_of(*COMBINED), TokenBudget(24), never)
        flat.append(torch.cat([each.flatten() for each in gradients(model).values()]))
    assert float(torch.cosine_similarity(*flat, dim=0)) > 0.98


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_many_layers_are_fused_whatever_their_type_rounds(dtype: torch.dtype) -> None:
    """With weights larger than those that a model begins with: in bfloat16 its states differ by 2 % from one order of operators to another."""
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=64, hidden_size=64, intermediate_size=128, num_hidden_layers=28, num_attention_heads=4, num_key_value_heads=2, head_dim=16,
        max_position_embeddings=64, initializer_range=0.15)
    network = AutoModelForCausalLM.from_config(config).to(dtype).eval()
    network.set_attn_implementation(ATTENTION)
    assert use_fused_layers(network)
    assert all("forward" in vars(layer.self_attn) for layer in network.model.layers)
    assert {parameter.dtype for parameter in network.parameters()} == {dtype}


def test_a_model_that_would_say_something_else_keeps_its_layers() -> None:
    model = tiny_model()
    take_forwards(model.causal)
    for layer in model.causal.model.layers:
        own = layer.input_layernorm.forward
        layer.input_layernorm.forward = lambda x, own=own: 1.01 * own(x)
    assert not use_fused_layers(model.causal)
    assert all("forward" not in vars(layer.self_attn) for layer in model.causal.model.layers)


def test_other_families_are_left_alone() -> None:
    model = tiny_model()
    take_forwards(model.causal)
    model.causal.config.model_type = "other"
    assert not use_fused_layers(model.causal)


def test_the_norm_of_a_cpu_and_its_gradients() -> None:
    torch.manual_seed(0)
    norm = nn.RMSNorm(6, eps=1e-3)
    norm.variance_epsilon = norm.eps
    exact = nn.RMSNorm(6, eps=1e-3).double()
    x = torch.randn(2, 3, 6, requires_grad=True)
    wide = x.detach().double().requires_grad_()
    for each in (norm, exact):
        with torch.no_grad():
            each.weight.copy_(torch.linspace(-1, 2, 6))
    made, expected = _normed(norm, x), exact(wide)
    slope = torch.randn(made.shape)
    made.backward(slope)
    expected.backward(slope.double())
    for one, other in ((made, expected), (x.grad, wide.grad), (norm.weight.grad, exact.weight.grad)):
        assert torch.allclose(one.double(), other, atol=1e-5)
