"""Memory that ends while sampling, played on the CPU."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling import key_values, padded
from rollout_lab.sampling.decoder import Sampler
from rollout_lab.sampling.own_cache import measure_rows
from rollout_lab.sampling.plan import Limits
from rollout_lab.sampling.test_padded import recurrent, soft_capped
from rollout_lab.sampling.testing import PARAMETERS, Recorder, small_model, without_time

PROMPTS: list[dict[str, Any]] = [{"tokens": [1, 2, 5, 3][:1 + i % 4], "seeds": [10 * i + s for s in range(4)]} for i in range(10)]
ROOM = Limits(512, 1 << 30, 64)


def never() -> bool:
    return False


def full() -> torch.OutOfMemoryError:
    return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nmore")


def unpacked() -> LoadedModel:
    torch.manual_seed(1)
    return replace(small_model(), network=soft_capped().eval(), packed=False)


def memory_for(model: LoadedModel, rows: int, monkeypatch: pytest.MonkeyPatch, after: int = 0) -> None:
    """Forward passes of more rows fail, the first `after` excepted."""
    own, calls = model.causal.model.forward, []

    def forward(input_ids: torch.Tensor, **others: Any) -> Any:
        calls.append(input_ids.shape[0])
        if input_ids.shape[0] > rows and len(calls) > after:
            raise full()
        return own(input_ids=input_ids, **others)

    monkeypatch.setattr(model.causal.model, "forward", forward)


def test_waves_hold_what_memory_does(monkeypatch: pytest.MonkeyPatch) -> None:
    model = unpacked()
    sampler = Sampler(model, ROOM)
    expected = sampler.sample(PROMPTS, PARAMETERS, Recorder(), never)
    each = sampler._row_bytes
    assert each is not None
    sizes: list[int] = []
    made = padded._Wave.__init__

    def noted(self: Any, model: Any, call: Any, settings: Any, rows: Any) -> None:
        sizes.append(len(rows))
        made(self, model, call, settings, rows)

    monkeypatch.setattr(padded._Wave, "__init__", noted)
    budget = int(3 * each.of(4 + PARAMETERS["maxTokens"]))
    completions = Sampler(model, replace(ROOM, key_value_bytes=budget)).sample(PROMPTS, PARAMETERS, Recorder(), never)
    assert [one["tokens"] for one in completions] == [one["tokens"] for one in expected]
    assert sum(sizes) == 40 and set(sizes) <= {1, 2, 3} and max(sizes) == 3
    sizes.clear()
    Sampler(model, replace(ROOM, key_value_bytes=1)).sample(PROMPTS[:2], PARAMETERS, Recorder(), never)
    assert sizes == [1] * 8


def test_layers_with_a_window_forget() -> None:
    """Gemma 2 has one in every other layer. A token's keys and values are 2 · 16 numbers of 4 bytes in each."""
    torch.manual_seed(1)
    network = soft_capped().eval()
    network.config.sliding_window = 32
    each = measure_rows(replace(small_model(), network=network, packed=False))
    # Caches count in tensors too.
    assert [each.of(tokens) for tokens in (10, 32, 100)] == pytest.approx([10 * 256, 32 * 256, 100 * 128 + 32 * 128], abs=64)


def test_states_of_recurrent_layers_count() -> None:
    model = replace(small_model(), network=recurrent().eval(), packed=False)
    sampler = Sampler(model, ROOM)
    sampler.sample(PROMPTS[:1], PARAMETERS, Recorder(), never)
    # 2 layers of 64 channels: a state of 4 and a convolution over 4 tokens, float32.
    assert sampler._row_bytes is not None and sampler._row_bytes.of(1) == sampler._row_bytes.of(1000) == 2 * 64 * (4 + 4) * 4


@pytest.mark.parametrize("after", [0, 6])
def test_padded_rows_begin_again_with_half_as_many(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = unpacked()
    expected, whole = Recorder(), Recorder()
    completions = Sampler(model, ROOM).sample(PROMPTS, PARAMETERS, expected, never)
    memory_for(model, 6, monkeypatch, after)
    told: list[str] = []
    found = Sampler(model, ROOM).sample(PROMPTS, PARAMETERS, whole, never, lambda notice: told.append(notice["detail"]))
    assert [each["tokens"] for each in found] == [each["tokens"] for each in completions]
    assert len(told) == 3 and "2.00 GiB" in told[-1] and "\n" not in told[-1]
    assert after > 0 or [each.split()[4] for each in told] == ["20", "10", "5"]
    assert sorted((each["promptIndex"], each["sampleIndex"]) for each in whole.completions) == [
        (prompt, sample) for prompt in range(10) for sample in range(4)]
    for each in found:
        assert each["text"].startswith(whole.texts.get((each["promptIndex"], each["sampleIndex"]), ""))


@pytest.mark.parametrize("threads", [1, 2])
def test_packed_rows_begin_again_where_their_cache_does_not_fit(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_model()
    expected = Sampler(model, ROOM).sample(PROMPTS, PARAMETERS, Recorder(), never)
    made = key_values.KeyValues.__init__

    def bounded(self: Any, shape: Any, sequences: int, capacity: int) -> None:
        if sequences > 8:
            raise full()
        made(self, shape, sequences, capacity)

    monkeypatch.setattr(key_values.KeyValues, "__init__", bounded)
    told: list[dict[str, Any]] = []
    limits = Limits(512, 1000, 64, threads)
    found = Sampler(model, limits).sample(PROMPTS, PARAMETERS, Recorder(), never, told.append)
    assert [each["tokens"] for each in found] == [each["tokens"] for each in expected]
    assert {each["kind"] for each in told} == {"outOfMemory"}


def test_a_completion_that_does_not_fit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    model = unpacked()
    sampler = Sampler(model, ROOM)
    expected = without_time(sampler.sample(PROMPTS, PARAMETERS, Recorder(), never))
    with monkeypatch.context() as patch:
        memory_for(model, 0, patch)
        with pytest.raises(LabError) as caught:
            sampler.sample(PROMPTS, PARAMETERS, Recorder(), never)
    assert caught.value.code == "engine/out-of-memory" and "2.00 GiB" in caught.value.message
    assert without_time(sampler.sample(PROMPTS, PARAMETERS, Recorder(), never)) == expected


def test_errors_that_are_something_else_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    model = unpacked()

    def broken(**_: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(model.causal.model, "forward", broken)
    with pytest.raises(RuntimeError, match="a fault"):
        Sampler(model, ROOM).sample(PROMPTS, PARAMETERS, Recorder(), never)
