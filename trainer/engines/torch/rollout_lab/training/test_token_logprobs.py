from __future__ import annotations

import pytest
import torch
from torch import nn

from rollout_lab.training.token_logprobs import LogitLimits, logits_logprobs, token_logprobs

ROWS, HIDDEN, WORDS = 7, 5, 11
LIMITS = {"kept": LogitLimits(10**6, 10**6), "kept in chunks": LogitLimits(3 * WORDS, 10**6), "made again": LogitLimits(2 * WORDS, 0)}


class Scaled(nn.Module):
    """A head that is more than a matrix."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.out_features = linear.out_features

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.linear(hidden)


def given(bias: bool = True, dtype: torch.dtype = torch.float64) -> tuple[nn.Linear, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    head = nn.Linear(HIDDEN, WORDS, bias=bias, dtype=dtype)
    return head, torch.randn(ROWS, HIDDEN, dtype=dtype, requires_grad=True), torch.randint(0, WORDS, (ROWS,))


def plain(head: nn.Module, hidden: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    p = head(hidden).softmax(-1)
    return p[range(len(targets)), targets].log(), -(p * p.log()).sum(-1)


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("slopes", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("wrap", [False, True])
def test_values_and_gradients(limits: LogitLimits, bias: bool, slopes: tuple[bool, bool], wrap: bool) -> None:
    head, hidden, targets = given(bias)
    made = token_logprobs(Scaled(head) if wrap else head, hidden, targets, torch.float64, limits)
    expected = plain(head, hidden, targets)
    weights = [torch.randn(ROWS, dtype=torch.float64) * used for used in slopes]
    inputs = [hidden, *head.parameters()]
    for one, other in zip(made, expected):
        assert torch.allclose(one, other, atol=1e-12)
    chosen = [i for i in range(2) if slopes[i]]
    found = torch.autograd.grad([made[i] for i in chosen], inputs, [weights[i] for i in chosen])
    truth = torch.autograd.grad(sum((weights[i] * expected[i]).sum() for i in chosen), inputs)
    for one, other in zip(found, truth):
        assert torch.allclose(one, other, atol=1e-12)


def test_a_gradient_by_finite_differences() -> None:
    head, hidden, targets = given()

    def both(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        layer = nn.Linear(HIDDEN, WORDS, dtype=torch.float64)
        del layer.weight, layer.bias
        layer.weight, layer.bias = weight, bias
        return token_logprobs(layer, rows, targets, torch.float64, LIMITS["made again"])

    assert torch.autograd.gradcheck(both, (hidden, head.weight.detach().requires_grad_(), head.bias.detach().requires_grad_()))


def test_a_frozen_head_gets_no_gradient() -> None:
    head, hidden, targets = given()
    head.requires_grad_(False)
    token_logprobs(head, hidden, targets, torch.float64, LIMITS["kept"])[0].sum().backward()
    assert head.weight.grad is None and hidden.grad is not None


def test_nothing_is_kept_where_no_gradient_is_wanted() -> None:
    head, hidden, targets = given(dtype=torch.float32)
    with torch.no_grad():
        logprobs, entropies = token_logprobs(head, hidden, targets, torch.float32, LIMITS["kept"])
    assert not logprobs.requires_grad and not entropies.requires_grad


def test_far_logits_are_no_trouble() -> None:
    logits = torch.tensor([[1e4, 0.0, -1e4], [88.0, 89.0, 90.0]])
    logprobs, entropies = logits_logprobs(logits, torch.tensor([0, 2]))
    assert torch.allclose(logprobs, torch.tensor([0.0, -0.40760596]))
    assert torch.allclose(entropies, torch.tensor([0.0, 0.83239555]))


def test_bfloat16_products_give_float32_values() -> None:
    head, hidden, targets = given(dtype=torch.float32)
    made = token_logprobs(head, hidden, targets, torch.bfloat16, LIMITS["kept"])
    expected = plain(head, hidden, targets)
    for one, other in zip(made, expected):
        assert one.dtype == torch.float32 and torch.allclose(one, other, atol=0.03)
    (made[0].sum() + made[1].sum()).backward()
    assert hidden.grad.dtype == head.weight.grad.dtype == torch.float32
    truth = torch.autograd.grad(expected[0].sum() + expected[1].sum(), head.weight)[0]
    assert float((head.weight.grad - truth).norm() / truth.norm()) < 0.03


def test_limits_grow_with_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    class Properties:
        total_memory = 24 * 2**30

    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: Properties)
    gpu, cpu = LogitLimits.of(torch.device("cuda")), LogitLimits.of(torch.device("cpu"))
    assert 4 * gpu.kept == pytest.approx(2.4 * 2**30, rel=0.01) and gpu.chunk < gpu.kept
    assert (cpu.rows(512), cpu.rows(151_936), gpu.rows(151_936)) == (8192, 256, gpu.chunk // 151_936)
