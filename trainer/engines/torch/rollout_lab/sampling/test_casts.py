from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.profiler import profile

from rollout_lab.models.options import LoraOptions, TorchOptions
from rollout_lab.sampling import casts
from rollout_lab.sampling.decoder import Sampler
from rollout_lab.sampling.testing import PARAMETERS, PROMPTS, Recorder, small_model, without_time

MLP_WEIGHTS = ([48, 32], [32, 48])
"""Of a small model: three in each of two layers, and no activation has this shape."""
LORA = LoraOptions(4, 8.0, 0.0, ())
KINDS = {"packed": TorchOptions(dtype="bfloat16"), "padded": TorchOptions(dtype="bfloat16", attention="eager")}


def unfused(options: TorchOptions) -> Sampler:
    sampler = Sampler(small_model(options))
    # As a model is that is too large for copies, or of another family.
    sampler._fuses = False
    return sampler


def sampled(sampler: Sampler, told: list[dict[str, Any]] | None = None) -> tuple[list[dict[str, Any]], int]:
    """Completions, and how often a weight of the MLPs was cast for them."""
    with profile(record_shapes=True) as seen:
        made = sampler.sample(PROMPTS, PARAMETERS, Recorder(), lambda: False, [].append if told is None else told.append)
    events = seen.key_averages(group_by_input_shape=True)
    return without_time(made), sum(
        each.count for each in events if each.key == "aten::_to_copy" and each.input_shapes and each.input_shapes[0] in MLP_WEIGHTS)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_cast_once_a_call(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = unfused(KINDS[kind])
    model, told = sampler._model, []
    wanted = [each.requires_grad for each in model.causal.parameters()]
    # The first call of a model that is not packed also measures what it keeps.
    sampler.sample(PROMPTS, PARAMETERS, Recorder(), lambda: False)
    kept, casts_kept = sampled(sampler, told)
    assert casts_kept == 6 and told == []
    assert [each.requires_grad for each in model.causal.parameters()] == wanted
    monkeypatch.setattr("rollout_lab.sampling.decoder.has_room_for_casts", lambda _: False)
    anew, casts_anew = sampled(sampler, told)
    assert anew == kept and casts_anew > 60
    assert [each["kind"] for each in told] == ["slowSampling"]
    sampled(sampler, told)
    assert len(told) == 1


@pytest.mark.parametrize("room", [True, False])
def test_the_head_is_cast_once_too_where_logits_stay_floats(room: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[torch.Tensor] = []

    def product(states: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        heads.append(weight)
        return torch.nn.functional.linear(states.float(), weight.float(), bias)

    monkeypatch.setattr("rollout_lab.sampling.step.keeps_floats", lambda *_: True)
    monkeypatch.setattr("rollout_lab.sampling.step.float_product", product)
    monkeypatch.setattr("rollout_lab.sampling.decoder.has_room_for_casts", lambda _: room)
    unfused(KINDS["packed"]).sample(PROMPTS, PARAMETERS, Recorder(), lambda: False)
    assert len(heads) > 4 and all(each.dtype == torch.bfloat16 for each in heads)
    assert all(each is heads[0] for each in heads) is room


def test_frozen_weights_below_adapters_need_no_cast() -> None:
    told: list[dict[str, Any]] = []
    _, casts = sampled(unfused(TorchOptions(dtype="bfloat16", lora=LORA)), told)
    assert casts == 0 and told == []


def test_new_weights_are_cast_anew() -> None:
    sampler = unfused(KINDS["packed"])
    before, _ = sampled(sampler)
    with torch.no_grad():
        for parameter in sampler._model.causal.parameters():
            parameter.mul_(-1.5)
    sampler._model.weights_changed()
    after, count = sampled(sampler)
    assert count == 6 and after != before


def test_nothing_is_kept_of_weights_that_have_the_type() -> None:
    for options in (TorchOptions(), TorchOptions(dtype="bfloat16", master_weights=False)):
        assert casts.bytes_of_casts(small_model(options)) == 0


@pytest.mark.parametrize("free, room", [(1 << 20, True), (1 << 10, False)])
def test_a_device_needs_room_beside_keys_and_values(free: int, room: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_model(TorchOptions(dtype="bfloat16"))
    model.device = torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (free, 1 << 30))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 0)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 0)
    assert casts.has_room_for_casts(model) is room
