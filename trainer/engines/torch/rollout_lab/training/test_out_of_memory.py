"""Memory that ends in the middle of things, played on the CPU."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import nn

from rollout_lab.errors import LabError
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.testing.tiny_models import tiny_model
from rollout_lab.testing.train_data import COMBINED, train_data
from rollout_lab.training.forward_backward import forward_backward, head_values, logprobs
from rollout_lab.training.out_of_memory import TokenBudget

LOSS = {"terms": [*COMBINED, {"kind": "stepReward", "weight": 0.5}], "normalisation": {"kind": "tokenMean"}}


def never() -> bool:
    return False


def full() -> torch.OutOfMemoryError:
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nmore")


class _FailingBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, fails: Callable[[], bool]) -> torch.Tensor:
        ctx.fails = fails
        return values.clone()

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor, None]:
        if ctx.fails():
            raise full()
        return slope, None


@contextmanager
def memory_for(model: LoadedModel, tokens: Callable[[], int], where: str) -> Iterator[None]:
    """Larger batches fail: `forward` in the last layer, `backward` between the first two, when gradients behind are already added."""
    def check(layer: nn.Module, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...] | None:
        size = given[0].shape[1]
        if where == "forward":
            if size > tokens():
                raise full()
            return None
        return (_FailingBackward.apply(given[0], lambda: size > tokens()), *given[1:])

    hook = model.causal.model.layers[1].register_forward_pre_hook(check)
    try:
        yield
    finally:
        hook.remove()


def trained(model: LoadedModel, data: list[dict[str, Any]], budget: TokenBudget) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    for parameter in model.trainable().values():
        parameter.grad = None
    # A gradient of an earlier call must survive.
    forward_backward(model, data[:1], LOSS, TokenBudget(4096), never)
    result = forward_backward(model, data, LOSS, budget, never)
    return result, {name: parameter.grad.clone() for name, parameter in model.trainable().items()}


@pytest.mark.parametrize("where", ["forward", "backward"])
@pytest.mark.parametrize("tokens", [25, 45])
def test_halved_and_done_again_with_nothing_counted_twice(where: str, tokens: int) -> None:
    model = tiny_model()
    data = train_data(model)
    result, gradients = trained(model, data, TokenBudget(4096))
    notices: list[dict[str, Any]] = []
    budget = TokenBudget(4096, notices.append)
    for parameter in model.trainable().values():
        parameter.grad = None
    forward_backward(model, data[:1], LOSS, TokenBudget(4096), never)
    with memory_for(model, lambda: tokens, where):
        found = forward_backward(model, data, LOSS, budget, never)
    for key in ("loss", "clippedLow", "clippedHigh", "meanRatio", "maxRatio", "tokens"):
        assert found[key] == pytest.approx(result[key], rel=1e-5), key
    assert found["termValues"] == pytest.approx(result["termValues"], rel=1e-5)
    for name, parameter in model.trainable().items():
        assert float((parameter.grad - gradients[name]).norm()) <= 1e-5 * float(gradients[name].norm()), name
    assert notices and notices[-1]["microBatchTokens"] == budget.tokens < 4096
    assert all(each["kind"] == "outOfMemory" and "2.00 GiB" in each["detail"] and "\n" not in each["detail"] for each in notices)


def test_what_was_too_much_is_not_tried_again() -> None:
    model = tiny_model()
    data = train_data(model)
    notices: list[dict[str, Any]] = []
    budget = TokenBudget(4096, notices.append)
    with memory_for(model, lambda: 45, "forward"):
        logprobs(model, data, budget, never)
        told = len(notices)
        forward_backward(model, data, LOSS, budget, never)
        head_values(model, data, budget, never)
    assert 0 < told == len(notices)


def test_micro_batches_planned_before_are_cut_anew() -> None:
    model = tiny_model()
    data = [{"prompt": [1, 2], "completion": [3] * 8}] * 12
    notices: list[dict[str, Any]] = []
    budget = TokenBudget(54, notices.append)
    expected = logprobs(model, data, TokenBudget(54), never)
    with memory_for(model, lambda: 30, "forward"):
        found = logprobs(model, data, budget, never)
    for one, other in zip(found, expected):
        assert one["logprobs_T"] == pytest.approx(other["logprobs_T"], abs=1e-5)
    assert len(notices) == 1


def test_a_sequence_that_does_not_fit_alone() -> None:
    model = tiny_model()
    data = train_data(model)
    forward_backward(model, data, LOSS, TokenBudget(4096), never)
    for call in (
        lambda: logprobs(model, data, TokenBudget(4096), never), lambda: forward_backward(model, data, LOSS, TokenBudget(4096), never)
    ):
        with memory_for(model, lambda: 15, "forward"), pytest.raises(LabError) as raised:
            call()
        assert (raised.value.code, raised.value.place) == ("engine/out-of-memory", "sequences[3]")
        assert "18" in raised.value.message or "19" in raised.value.message
        assert "gradientCheckpointing" in raised.value.remedy
    assert all(parameter.grad is None for parameter in model.trainable().values())


def test_errors_that_are_something_else_pass() -> None:
    model = tiny_model()

    def broken(*_: Any) -> None:
        raise RuntimeError("a fault")

    model.causal.model.layers[1].register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match="a fault"):
        logprobs(model, train_data(model), TokenBudget(4096), never)


def test_a_sequence_that_is_alone_is_tried_again_without_what_others_keep() -> None:
    model = tiny_model()
    data = train_data(model)[3:4]
    for where in ("forward", "backward"):
        expected, gradients = trained(model, data, TokenBudget(4096))
        notices: list[dict[str, Any]] = []
        kept, memory = [True], {"tokens": 4}

        def release() -> bool:
            memory["tokens"] = 4096
            return bool(kept) and kept.pop()

        for parameter in model.trainable().values():
            parameter.grad = None
        forward_backward(model, data, LOSS, TokenBudget(4096), never)
        with memory_for(model, lambda: memory["tokens"], where):
            found = forward_backward(model, data, LOSS, TokenBudget(4096, notices.append, release), never)
        assert found["loss"] == pytest.approx(expected["loss"], rel=1e-6)
        for name, parameter in model.trainable().items():
            assert float((parameter.grad - gradients[name]).norm()) <= 1e-6 * float(gradients[name].norm()), name
        assert [set(each) for each in notices] == [{"kind", "detail"}] and "2.00 GiB" in notices[0]["detail"]


def test_a_sequence_that_is_too_much_without_them_too() -> None:
    model = tiny_model()
    data = train_data(model)[3:4]
    notices: list[dict[str, Any]] = []
    kept = [True]
    budget = TokenBudget(4096, notices.append, lambda: bool(kept) and kept.pop())
    with memory_for(model, lambda: 4, "forward"), pytest.raises(LabError) as raised:
        logprobs(model, data, budget, never)
    assert raised.value.place == "sequences[0]" and len(notices) == 1 and budget.tokens == 4096
