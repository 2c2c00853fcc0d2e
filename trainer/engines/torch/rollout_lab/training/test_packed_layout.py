from __future__ import annotations

import random

import pytest
import torch
from torch.nn.attention import varlen

from rollout_lab.training import packed_layout
from rollout_lab.training.packed_layout import EqualLengths, PackedLayout, equal_lengths, has_varlen, padded_lengths

CPU = torch.device("cpu")


def naive(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, lengths: list[int], scaling: float) -> torch.Tensor:
    """Sequence by sequence, head by head, from the definition."""
    shared = query.shape[1] // key.shape[1]
    out = torch.empty(1, query.shape[2], query.shape[1], value.shape[3], dtype=query.dtype)
    start = 0
    for length in lengths:
        rows = slice(start, start + length)
        for head in range(query.shape[1]):
            q, k, v = query[0, head, rows], key[0, head // shared, rows], value[0, head // shared, rows]
            scores = (q @ k.t() * scaling).masked_fill(torch.ones(length, length).triu(1).bool(), -torch.inf)
            out[0, rows, head] = scores.softmax(-1) @ v
        start += length
    return out


@pytest.mark.parametrize("lengths", [[4], [5, 5, 5], [7, 4, 4, 1], [3, 2, 1, 1]], ids=str)
@pytest.mark.parametrize("key_heads", [1, 2, 4])
def test_attention_stays_within_sequences(lengths: list[int], key_heads: int) -> None:
    torch.manual_seed(0)
    given = [torch.randn(1, heads, sum(lengths), 8, dtype=torch.float64, requires_grad=True) for heads in (4, key_heads, key_heads)]
    made = PackedLayout(lengths, CPU, varlen=False).attend(0, *given, 0.3)
    expected = naive(*given, lengths, 0.3)
    assert torch.allclose(made, expected, atol=1e-12)
    slope = torch.randn_like(made)
    for one, other in zip(torch.autograd.grad(made, given, slope), torch.autograd.grad(expected, given, slope)):
        assert torch.allclose(one, other, atol=1e-12)


def test_groups_of_one_length() -> None:
    assert equal_lengths([7, 7, 3, 1, 1]) == [EqualLengths(0, 2, 7), EqualLengths(14, 1, 3), EqualLengths(17, 2, 1)]


def test_a_little_padding_spares_calls() -> None:
    assert padded_lengths([20, 19, 18, 17, 9, 9]) == [20, 20, 20, 20, 9, 9]
    assert padded_lengths([20, 18, 18]) == [20, 20, 20]
    assert padded_lengths([20, 18, 18, 18]) == [20, 18, 18, 18]


@pytest.mark.parametrize("seed", range(10))
def test_padding_is_small_and_at_the_end_of_no_group_grows_lengths_out_of_order(seed: int) -> None:
    draw = random.Random(seed)
    lengths = sorted((draw.randint(1, 300) for _ in range(100)), reverse=True)
    padded = padded_lengths(lengths)
    assert all(0 <= wide - length <= 4 for wide, length in zip(padded, lengths))
    assert padded == sorted(padded, reverse=True)
    assert len(set(padded)) < len(set(lengths))


def test_varlen_kernels_are_for_half_floats_on_gpus_alone() -> None:
    assert not has_varlen(CPU, torch.bfloat16, "auto")
    assert not has_varlen(torch.device("cuda"), torch.float32, "auto")
    assert not has_varlen(torch.device("cuda"), torch.bfloat16, "sdpa")


@pytest.mark.parametrize("told", [True, False], ids=["now", "before it could be told of shared key heads"])
def test_the_varlen_kernel_is_asked_for_causal_attention_within_sequences(monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    """Played: no kernel runs here, what it is given does."""
    def answer(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, starts: torch.Tensor, other: torch.Tensor, *longest: int) -> torch.Tensor:
        assert (starts.tolist(), starts.dtype, longest) == ([0, 5, 8, 9], torch.int32, (5, 5)) and torch.equal(starts, other)
        assert q.dtype == k.dtype == v.dtype == torch.bfloat16
        by_head = [each.transpose(0, 1)[None].double() for each in (q, k, v)]
        return naive(*by_head, [5, 3, 1], 0.3)[0]

    def new(*given: object, scale: float, window_size: tuple[int, int], enable_gqa: bool) -> torch.Tensor:
        assert (scale, window_size, enable_gqa) == (0.3, (-1, 0), True)
        return answer(*given)

    def old(*given: object, scale: float, window_size: tuple[int, int]) -> torch.Tensor:
        return new(*given, scale=scale, window_size=window_size, enable_gqa=True)

    monkeypatch.setattr(varlen, "varlen_attn", new if told else old)
    given = [torch.randn(1, heads, 9, 8).bfloat16() for heads in (4, 2, 2)]
    # As under autocast, where a rotation leaves float32.
    made = PackedLayout([5, 3, 1], CPU, varlen=True).attend(0, given[0].float(), *given[1:], 0.3)
    assert torch.allclose(made, naive(*(each.double() for each in given), [5, 3, 1], 0.3))


@pytest.mark.parametrize(("capability", "settings", "has"), [
    ((9, 0), {"scale", "window_size"}, True), ((7, 5), {"scale", "window_size"}, False), ((9, 0), {"is_causal"}, False)], ids=str)
def test_varlen_needs_the_hardware_and_a_kernel_that_can_be_told(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], settings: set[str], has: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    monkeypatch.setattr(packed_layout, "_varlen_settings", lambda: settings)
    assert has_varlen(torch.device("cuda"), torch.bfloat16, "auto") == has


@pytest.mark.parametrize("size", [12, 264])
def test_heads_that_the_varlen_kernel_refuses_attend_without_it(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    def refused(*_: object, **__: object) -> torch.Tensor:
        raise RuntimeError("head_size must be a multiple of 8, this is ensured by padding!")

    monkeypatch.setattr(varlen, "varlen_attn", refused)
    given = [torch.randn(1, heads, 9, size, dtype=torch.float64) for heads in (4, 2, 2)]
    made = PackedLayout([5, 3, 1], CPU, varlen=True).attend(0, *given, 0.3)
    assert torch.allclose(made, naive(*given, [5, 3, 1], 0.3))
