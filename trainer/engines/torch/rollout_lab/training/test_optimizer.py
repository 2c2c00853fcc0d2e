"""Updates against torch.optim in float64."""
from __future__ import annotations

import math
import weakref
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from rollout_lab.errors import LabError
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.options import TorchOptions
from rollout_lab.testing.tiny_models import tiny_model
from rollout_lab.training import optimizer as under_test
from rollout_lab.training.optimizer import Optimizer

BASE = {"name": "adamw", "learningRate": 0.02, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0, "maxGradNorm": 0}
VARIANTS: dict[str, dict[str, Any]] = {
    "adamw": {},
    "adamw with decay": {"beta2": 0.999, "epsilon": 1e-3, "weightDecay": 0.1},
    "adamw, clipped": {"weightDecay": 0.01, "maxGradNorm": 0.5},
    "adamw, clip out of reach": {"maxGradNorm": 1e6},
    "sgd": {"name": "sgd"},
    "sgd with decay, clipped": {"name": "sgd", "weightDecay": 0.05, "maxGradNorm": 0.3}
}
STEPS = 6


SMALL_BYTES = 2000
"""Norms, a few numbers of each tensor."""


class LiveBytes(TorchDispatchMode):
    """Memory that is made and still held, at most."""

    def __init__(self) -> None:
        super().__init__()
        self._live: dict[int, int] = {}
        self.most = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        before = {each.untyped_storage().data_ptr() for each in _tensors((args, kwargs))}
        made = func(*args, **(kwargs or {}))
        for each in _tensors(made):
            storage = each.untyped_storage()
            if storage.data_ptr() not in before and storage.data_ptr() not in self._live and storage.nbytes() > 0:
                self._live[storage.data_ptr()] = storage.nbytes()
                weakref.finalize(storage, self._live.pop, storage.data_ptr(), None)
        self.most = max(self.most, sum(self._live.values()))
        return made


def _tensors(values: Any) -> list[torch.Tensor]:
    return [each for each in tree_leaves(values) if isinstance(each, torch.Tensor)]


def give_gradients(model: LoadedModel, seed: int) -> dict[str, torch.Tensor]:
    """Random ones, one tensor without any."""
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, parameter in model.trainable().items():
        parameter.grad = torch.randn(parameter.shape, generator=generator)
        found[name] = parameter.grad.double()
    silent = "model.norm.weight"
    model.trainable()[silent].grad = None
    found[silent] = torch.zeros_like(found[silent])
    return found


def reference(parameters: dict[str, torch.Tensor], step: dict[str, Any]) -> torch.optim.Optimizer:
    values = list(parameters.values())
    if step["name"] == "sgd":
        return torch.optim.SGD(values, step["learningRate"], weight_decay=step["weightDecay"])
    return torch.optim.AdamW(
        values, step["learningRate"], (step["beta1"], step["beta2"]), step["epsilon"], weight_decay=step["weightDecay"])


def test_moments_alone_are_no_state() -> None:
    model = tiny_model()
    optimizer = Optimizer(model)
    optimizer.make_moments()
    assert optimizer.state() is None
    give_gradients(model, 1)
    optimizer.step(BASE)
    state = optimizer.state()
    assert state is not None and state.step == 1


@pytest.mark.parametrize("floats", [2**18, 70])
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_as_pytorch(changes: dict[str, Any], floats: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(under_test.BUCKET_FLOATS, "cpu", floats)
    model, step = tiny_model(), {**BASE, **changes}
    truth = {name: parameter.detach().double().clone() for name, parameter in model.trainable().items()}
    ours, theirs = Optimizer(model), reference(truth, step)
    for i in range(STEPS):
        before = {name: each.clone() for name, each in truth.items()}
        for name, gradient in give_gradients(model, i).items():
            truth[name].grad = gradient
        norm = torch.nn.utils.clip_grad_norm_(list(truth.values()), step["maxGradNorm"] or math.inf)
        theirs.step()
        result = ours.step(step)
        moved = torch.cat([(truth[name] - each).flatten() for name, each in before.items()]).norm()
        size = torch.cat([each.flatten() for each in truth.values()]).norm()
        assert result == pytest.approx({"gradNorm": float(norm), "updateNorm": float(moved), "parameterNorm": float(size)}, rel=1e-5)
    for name, parameter in model.trainable().items():
        assert float((parameter - truth[name]).norm()) <= 1e-6 * float(truth[name].norm()), name


def test_a_late_head_gets_moments_and_shares_the_step_count() -> None:
    model, step = tiny_model(), {**BASE, "beta1": 0.5, "beta2": 0.5}
    optimizer = Optimizer(model)
    for i in range(3):
        give_gradients(model, i)
        optimizer.step(step)
    head = model.add_reward_head()
    give_gradients(model, 4)
    head.bias.grad = torch.tensor([2.0])
    optimizer.step(step)
    first, second = 0.5 * 2 / (1 - 0.5**4), 0.5 * 4 / (1 - 0.5**4)
    assert float(head.bias) == pytest.approx(-0.02 * first / math.sqrt(second), rel=1e-5)
    assert optimizer.state().step == 4
    assert set(optimizer.state().first_moment) == set(model.trainable())


def test_state_goes_over_to_another_and_is_forgotten() -> None:
    models = [tiny_model(), tiny_model(), tiny_model()]
    optimizers = [Optimizer(model) for model in models]
    for model, optimizer in zip(models, optimizers):
        assert optimizer.state() is None
        give_gradients(model, 0)
        optimizer.step(BASE)
    state = optimizers[0].state()
    optimizers[1].reset()
    optimizers[1].load_state(state)
    optimizers[2].reset()
    for model, optimizer in zip(models, optimizers):
        give_gradients(model, 1)
        optimizer.step(BASE)
    weights = [torch.cat([each.detach().flatten() for each in model.trainable().values()]) for model in models]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    optimizers[1].load_state(None)
    assert optimizers[1].state() is None


def test_bfloat16_weights_move_with_float32_moments() -> None:
    model = tiny_model(TorchOptions(dtype="bfloat16", master_weights=False))
    for parameter in model.trainable().values():
        parameter.grad = torch.ones_like(parameter)
    before = {name: each.detach().clone() for name, each in model.trainable().items()}
    optimizer = Optimizer(model)
    optimizer.step({**BASE, "learningRate": 0.25})
    for name, parameter in model.trainable().items():
        assert parameter.dtype == torch.bfloat16
        assert torch.equal(parameter, (before[name].float() - 0.25).bfloat16())
        assert optimizer.state().first_moment[name].dtype == torch.float32


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_updates_that_bfloat16_has_no_room_for_are_not_counted(changes: dict[str, Any]) -> None:
    model = tiny_model(TorchOptions(dtype="bfloat16", master_weights=False))
    for parameter in model.trainable().values():
        parameter.grad = torch.ones_like(parameter)
    before = torch.cat([each.detach().flatten().clone() for each in model.trainable().values()]).double()
    result = Optimizer(model).step({**BASE, **changes, "learningRate": 1e-3})
    after = torch.cat([each.detach().flatten() for each in model.trainable().values()]).double()
    kept = float((after - before).norm())
    assert 0 < int((after != before).sum()) < len(before)
    assert result["updateNorm"] == pytest.approx(kept, rel=1e-4) and result["parameterNorm"] == pytest.approx(float(after.norm()), rel=1e-4)


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("options", [TorchOptions(), TorchOptions(dtype="bfloat16", master_weights=False)], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_room_is_what_a_step_takes(changes: dict[str, Any], options: TorchOptions, missing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(under_test.BUCKET_FLOATS, "cpu", 2000)
    model, step = tiny_model(options), {**BASE, **changes}
    for name, parameter in model.trainable().items():
        parameter.grad = None if missing and "embed" in name else torch.ones_like(parameter)
    optimizer = Optimizer(model)
    optimizer.make_room(step)
    asked = 4 * sum(under_test._working_floats(model.trainable(), 2000, step))
    taken = LiveBytes()
    with taken:
        optimizer.step(step)
    assert taken.most <= asked + SMALL_BYTES


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_gradient_that_is_no_number_names_its_tensor_and_changes_nothing(value: float) -> None:
    model = tiny_model()
    optimizer, tensor = Optimizer(model), "model.layers.1.self_attn.k_proj.weight"
    give_gradients(model, 0)
    model.trainable()[tensor].grad[0, 0] = value
    before = {name: each.detach().clone() for name, each in model.trainable().items()}
    with pytest.raises(LabError) as raised:
        optimizer.step(BASE)
    assert (raised.value.code, raised.value.place) == ("engine/not-finite", tensor)
    assert all(torch.equal(each, before[name]) for name, each in model.trainable().items())
    assert optimizer.state() is None


def test_a_gradient_whose_squares_are_beyond_single_precision_is_still_one() -> None:
    model = tiny_model()
    give_gradients(model, 0)
    model.trainable()["model.embed_tokens.weight"].grad.fill_(1e25)
    result = Optimizer(model).step({**BASE, "name": "sgd", "learningRate": 1e-30, "maxGradNorm": 1})
    assert result["gradNorm"] == pytest.approx(1e25 * math.sqrt(7 * 16), rel=1e-5)


@pytest.mark.parametrize("rate", [1e30, 1e308])
@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_an_update_beyond_all_numbers_names_the_first_tensor(rate: float, name: str) -> None:
    model = tiny_model()
    names = list(model.trainable())
    for parameter in model.trainable().values():
        parameter.grad = torch.full_like(parameter, 0.5)
    for still in names[:2]:
        model.trainable()[still].grad = None
    with pytest.raises(LabError) as raised:
        Optimizer(model).step({**BASE, "name": name, "learningRate": rate})
    assert (raised.value.code, raised.value.place) == ("engine/not-finite", names[2])
    assert names[2] in raised.value.message
