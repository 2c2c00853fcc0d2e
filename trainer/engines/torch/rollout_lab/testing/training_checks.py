"""Training calls held against the plain way."""
from __future__ import annotations

from typing import Any

import pytest
import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.testing.naive_training import naive_forward_backward
from rollout_lab.training.forward_backward import forward_backward
from rollout_lab.training.out_of_memory import TokenBudget

TOKEN_MEAN = {"kind": "tokenMean"}


def never() -> bool:
    return False


def gradients(model: LoadedModel) -> dict[str, torch.Tensor]:
    return {name: torch.zeros_like(each) if each.grad is None else each.grad for name, each in model.trainable().items()}


def clear(model: LoadedModel) -> None:
    for parameter in model.trainable().values():
        parameter.grad = None


def loss_of(*terms: dict[str, Any], normalisation: dict[str, Any] = TOKEN_MEAN) -> dict[str, Any]:
    return {"terms": list(terms), "normalisation": normalisation}


def with_head(model: LoadedModel) -> LoadedModel:
    """A reward head that says something."""
    head = model.add_reward_head()
    with torch.no_grad():
        head.weight.copy_(torch.linspace(-0.4, 0.5, head.weight.shape[1])[None])
        head.bias.fill_(0.1)
    return model


def assert_close_gradients(found: dict[str, torch.Tensor], truth: dict[str, torch.Tensor], tolerance: float = 2e-5) -> None:
    total = torch.cat([each.flatten() for each in truth.values()]).norm()
    assert float(total) > 1e-3
    for name, expected in truth.items():
        error = float((found[name] - expected).norm())
        assert error <= tolerance * float(expected.norm()) or error <= 1e-6 * float(total), f"{name}: {error}"


def assert_matches(model: LoadedModel, data: list[dict[str, Any]], loss: dict[str, Any], tokens: int) -> None:
    clear(model)
    truth = naive_forward_backward(model, data, loss)
    result = forward_backward(model, data, loss, TokenBudget(tokens), never)
    assert result["loss"] == pytest.approx(truth.loss, abs=2e-5)
    assert result["termValues"] == pytest.approx(truth.term_values, abs=2e-5)
    for found, said in zip(result["logprobs"], truth.said):
        assert found["logprobs_T"] == pytest.approx(said.logprobs.tolist(), abs=1e-5)
        assert found["entropies_T"] == pytest.approx(said.entropies.tolist(), abs=1e-5)
    assert_close_gradients(gradients(model), truth.gradients)
