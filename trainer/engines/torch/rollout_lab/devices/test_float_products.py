"""Products that stay float32, on a stand-in for a GPU that makes them."""
from __future__ import annotations

import pytest
import torch

from rollout_lab.devices import float_products
from rollout_lab.devices.float_products import float_product, keeps_floats
from rollout_lab.models.options import TorchOptions
from rollout_lab.sampling import step
from rollout_lab.sampling.step import LlamaStep, ModuleStep
from rollout_lab.sampling.testing import small_model
from rollout_lab.sampling.weights import copy_weights
from rollout_lab.training.token_logprobs import LogitLimits, token_logprobs

CUDA = torch.device("cuda:0")


def exact(states: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return (states.double() @ weight.double().t()).float()


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half floats stay on the CPU, which makes of them what a GPU does."""
    monkeypatch.setattr(float_products, "_product", exact)
    for module in (float_products, step):
        monkeypatch.setattr(module, "keeps_floats", lambda _, dtype: dtype in float_products.HALF)


def trial(monkeypatch: pytest.MonkeyPatch, product: object) -> bool:
    """Of a device whose product is this one."""
    ones = torch.ones
    with monkeypatch.context() as patch:
        patch.setattr(torch, "ones", lambda size, dtype, device: ones(size, dtype=dtype))
        patch.setattr(float_products, "_product", product)
        return keeps_floats.__wrapped__(CUDA, torch.bfloat16)


def test_a_device_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("gemm input type at::BFloat16 and output type float is not supported for ROCm")

    def unknown(*_: torch.Tensor) -> torch.Tensor:
        raise TypeError("mm() got an unexpected keyword argument 'out_dtype'")

    def full(*_: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    assert trial(monkeypatch, exact)
    assert not trial(monkeypatch, lambda states, weight: exact(states, weight).bfloat16().float())
    assert not trial(monkeypatch, refused) and not trial(monkeypatch, unknown)
    with pytest.raises(torch.OutOfMemoryError):
        trial(monkeypatch, full)


def test_others_are_not() -> None:
    assert not keeps_floats(torch.device("cpu"), torch.bfloat16) and not keeps_floats(CUDA, torch.float32)
    states, weight = torch.randn(3, 4).bfloat16(), torch.randn(5, 4).bfloat16()
    assert float_product(states, weight).dtype == torch.bfloat16


@pytest.mark.parametrize("limits", [LogitLimits(10**6, 10**6), LogitLimits(40, 0)], ids=["kept", "made again"])
def test_training_rounds_no_logits(gpu: None, limits: LogitLimits) -> None:
    """Against the same function of the rounded weights and states in float64; slopes go back in bfloat16."""
    torch.manual_seed(2)
    head = torch.nn.Linear(24, 40)
    with torch.no_grad():
        head.weight.mul_(20)
    hidden, targets = torch.randn(9, 24, requires_grad=True), torch.randint(0, 40, (9,))
    made = token_logprobs(head, hidden, targets, torch.bfloat16, limits)
    rounded = [each.detach().bfloat16().double().requires_grad_() for each in (hidden, head.weight, head.bias)]
    logp = torch.nn.functional.linear(*rounded).log_softmax(-1)
    expected = logp[range(9), targets], -(logp.exp() * logp).sum(-1)
    for one, other in zip(made, expected):
        assert one.dtype == torch.float32 and torch.allclose(one.double(), other, atol=2e-5)
    found = torch.autograd.grad(made[0].sum() + made[1].sum(), [hidden, head.weight, head.bias])
    for one, other in zip(found, torch.autograd.grad(expected[0].sum() + expected[1].sum(), rounded)):
        assert float((one - other).norm() / other.norm()) < 0.005


@pytest.mark.parametrize("masters", [True, False])
def test_sampling_rounds_none_either(gpu: None, masters: bool) -> None:
    model = small_model(TorchOptions(dtype="bfloat16", master_weights=masters))
    states = torch.randn(6, 32)
    if not masters:
        states = states.bfloat16()
    logits = ModuleStep(model).logits(states)
    assert torch.equal(logits, exact(states.bfloat16(), model.output_head().weight.bfloat16()))
    weights = copy_weights(model, 8)
    fused = LlamaStep(weights).logits(states.float())
    assert fused.dtype == torch.float32 and not torch.equal(fused, fused.bfloat16().float())
