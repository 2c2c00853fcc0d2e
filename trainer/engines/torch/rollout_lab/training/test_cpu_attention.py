"""Batched products against PyTorch's attention in float64."""
from __future__ import annotations

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from rollout_lab.training import cpu_attention
from rollout_lab.training.cpu_attention import LONGEST, attend_by_products, suits_products


def _rows(count: int, heads: int, length: int, size: int) -> torch.Tensor:
    """[n, heads, L, hd], as a layer has it: heads side by side in each token's row."""
    return torch.randn(count, length, heads, size).transpose(1, 2).requires_grad_()


@pytest.mark.parametrize("count, heads, key_heads, length", [(1, 1, 1, 1), (3, 4, 2, 7), (5, 2, 2, 16), (7, 6, 1, 11)])
def test_attention_and_its_gradients(count: int, heads: int, key_heads: int, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Several chunks, the last one shorter.
    monkeypatch.setattr(cpu_attention, "CHUNK_TOKENS", 2 * length)
    torch.manual_seed(length)
    given = [_rows(count, number, length, 8) for number in (heads, key_heads, key_heads)]
    exact = [each.detach().double().requires_grad_() for each in given]
    assert suits_products(*given)
    out = attend_by_products(*given, 0.3)
    wanted = scaled_dot_product_attention(*exact, is_causal=True, scale=0.3, enable_gqa=True).transpose(1, 2)
    assert out.shape == (count, length, heads, 8) and torch.allclose(out.double(), wanted, atol=1e-6)
    slope = torch.randn(out.shape)
    out.backward(slope)
    wanted.backward(slope.double())
    for one, other in zip(given, exact):
        assert one.grad is not None and torch.allclose(one.grad.double(), other.grad, atol=1e-5)


def test_long_sequences_and_other_types_are_left_to_pytorch() -> None:
    short, long = torch.zeros(1, 1, LONGEST, 4), torch.zeros(1, 1, LONGEST + 1, 4)
    assert suits_products(short, short, short)
    assert not suits_products(long, long, long)
    assert not suits_products(short.double(), short.double(), short.double())
