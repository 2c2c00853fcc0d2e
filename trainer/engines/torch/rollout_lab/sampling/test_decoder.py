from __future__ import annotations

from typing import Any

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.options import LoraOptions, TorchOptions
from rollout_lab.sampling import plan
from rollout_lab.sampling.decoder import Sampler
from rollout_lab.sampling.plan import Limits
from rollout_lab.sampling.testing import ARCHITECTURES, PARAMETERS, PROMPTS, Recorder, expected_logprobs, small_model, without_time

ROOM = 1 << 30


def never() -> bool:
    return False


def run(
    model: LoadedModel, limits: Limits | None = None, prompts: list[dict[str, Any]] = PROMPTS, **parameters: Any
) -> list[dict[str, Any]]:
    return Sampler(model, limits).sample(prompts, PARAMETERS | parameters, Recorder(), never)


def endless() -> LoadedModel:
    model = small_model()
    model.end_of_text_tokens = ()
    return model


def assert_scored(model: LoadedModel, completions: list[dict[str, Any]], tolerance: float = 2e-6) -> None:
    """Log-probabilities and entropies are those of transformers' own forward pass over the whole sequence."""
    for completion in completions:
        prompt, tokens = PROMPTS[completion["promptIndex"]]["tokens"], completion["tokens"]
        rows = expected_logprobs(model, [*prompt, *tokens])[len(prompt) - 1:-1]
        said = torch.tensor(completion["logprobs_T"])
        torch.testing.assert_close(said, rows.gather(1, torch.tensor(tokens)[:, None])[:, 0], atol=tolerance, rtol=0)
        torch.testing.assert_close(torch.tensor(completion["entropies_T"]), -(rows.exp() * rows).sum(-1), atol=tolerance, rtol=0)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_says_of_every_token_what_transformers_says(architecture: str) -> None:
    model = small_model(**ARCHITECTURES[architecture])
    completions = run(model)
    assert [(each["promptIndex"], each["sampleIndex"]) for each in completions] == [
        (0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (3, 0), (3, 1), (3, 2)]
    assert len({len(each["tokens"]) for each in completions}) > 2
    assert_scored(model, completions)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("lanes", [1, 3, 5])
def test_lanes_and_sharing_change_no_draw(monkeypatch: pytest.MonkeyPatch, lanes: int, shared: bool) -> None:
    model = small_model()
    expected = run(model)
    monkeypatch.setattr(plan, "SHARE_FROM", 0 if shared else 1000)
    completions = run(model, Limits(lanes, ROOM, prefill_tokens=6))
    assert [each["tokens"] for each in completions] == [each["tokens"] for each in expected]
    assert_scored(model, completions)


def test_modules_of_any_architecture_say_the_same_as_the_fused_step() -> None:
    model = small_model()
    expected = run(model)
    sampler = Sampler(model)
    sampler._fuses = False
    assert [each["tokens"] for each in sampler.sample(PROMPTS, PARAMETERS, Recorder(), never)] == [each["tokens"] for each in expected]


def test_models_that_cannot_be_packed_run_through_their_own_attention() -> None:
    model = small_model()
    expected = run(model)
    model.packed = False
    model.causal.set_attn_implementation("eager")
    completions = run(model, Limits(4, ROOM, prefill_tokens=64))
    assert [each["tokens"] for each in completions] == [each["tokens"] for each in expected]
    assert [each["stopReason"] for each in completions] == [each["stopReason"] for each in expected]


def test_threads_share_the_rows_out_and_change_no_draw() -> None:
    model = small_model()
    prompts = [{"tokens": [1 + i, 2, 3], "seeds": [10 * i + s for s in range(8)]} for i in range(5)]
    expected = run(model, Limits(128, ROOM, 64, threads=1), prompts)
    before = torch.get_num_threads()
    completions = run(model, Limits(128, ROOM, 64, threads=2), prompts)
    assert torch.get_num_threads() == before
    assert [each["tokens"] for each in completions] == [each["tokens"] for each in expected]
    assert without_time(run(model, Limits(128, ROOM, 64, threads=2), prompts)) == without_time(completions)


def test_gives_the_same_bits_for_the_same_call_in_memory_used_before() -> None:
    model = small_model()
    sampler = Sampler(model)
    first = without_time(sampler.sample(PROMPTS, PARAMETERS, Recorder(), never))
    sampler.sample([{"tokens": [4] * 40, "seeds": [1, 2, 3]}], PARAMETERS, Recorder(), never)
    assert without_time(sampler.sample(PROMPTS, PARAMETERS, Recorder(), never)) == first


def test_follows_weights_that_change() -> None:
    model = small_model()
    sampler = Sampler(model)
    sampler.sample(PROMPTS, PARAMETERS, Recorder(), never)
    with torch.no_grad():
        for parameter in model.causal.parameters():
            parameter.add_(0.05)
    model.weights_changed()
    assert_scored(model, sampler.sample(PROMPTS, PARAMETERS, Recorder(), never))


def test_an_adapter_counts() -> None:
    pytest.importorskip("peft")
    model = small_model(TorchOptions(lora=LoraOptions(4, 8.0, 0.0, ())))
    with torch.no_grad():
        for name, parameter in model.trainable().items():
            if "lora_B" in name:
                parameter.normal_(std=0.3, generator=torch.Generator().manual_seed(1))
    assert_scored(model, run(model), tolerance=1e-5)


@pytest.mark.parametrize("temperature, top_k", [(0, 0), (0.5, 0), (1.7, 0), (1.3, 4)])
def test_sampling_log_probabilities_are_those_of_what_was_drawn_from(temperature: float, top_k: int) -> None:
    model = small_model()
    completions = run(model, temperature=temperature, topK=top_k)
    assert_scored(model, completions)
    for completion in completions:
        prompt, tokens = PROMPTS[completion["promptIndex"]]["tokens"], completion["tokens"]
        rows = expected_logprobs(model, [*prompt, *tokens])[len(prompt) - 1:-1]
        for token, row, said in zip(tokens, rows, completion["samplingLogprobs_T"]):
            if temperature == 0:
                assert token == int(row.argmax()) and said == 0
                continue
            kept = (row / temperature).topk(top_k or row.shape[0]).values
            assert abs(said - float(row[token] / temperature - kept.logsumexp(0))) < 1e-5


def test_ends_for_a_reason_with_its_text() -> None:
    completions = run(small_model(), prompts=[{"tokens": [1], "seeds": list(range(40))}], stop=["c b", "e"], maxTokens=9)
    assert {each["stopReason"] for each in completions} == {"endOfText", "length", "stopString"}
    for each in completions:
        stopped = "c b" in each["text"] or "e" in each["text"]
        ended = each["tokens"][-1] == 0
        assert each["stopReason"] == ("endOfText" if ended else "stopString" if stopped else "length")
        assert each["text"] == " ".join("-abcdefghij"[token] for token in each["tokens"] if token)
        assert each["tokenEnds_T"][-1] == len(each["text"])


def test_ends_where_the_context_does() -> None:
    model = endless()
    prompts = [{"tokens": [1 + i % 9 for i in range(64 - room)], "seeds": [room]} for room in (0, 1, 4)]
    completions = run(model, prompts=prompts)
    assert [(len(each["tokens"]), each["stopReason"]) for each in completions] == [(0, "length"), (1, "length"), (4, "length")]
    assert run(model, prompts=[]) == []


def test_tells_each_completion_once_and_its_text_in_parts() -> None:
    recorder = Recorder()
    completions = Sampler(endless()).sample(PROMPTS, PARAMETERS, recorder, never)
    key = lambda each: (each["promptIndex"], each["sampleIndex"])  # noqa: E731
    assert sorted(recorder.completions, key=key) == completions
    assert recorder.flushes >= 2
    for each in completions:
        told = recorder.texts[key(each)]
        assert told and each["text"].startswith(told)


class CancelAfter:
    def __init__(self, looks: int) -> None:
        self.left = looks

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_cancelled_call_keeps_what_was_made_of_one_length(threads: int, packed: bool) -> None:
    model = endless()
    prompts = [{"tokens": [1, 2], "seeds": list(range(24))}, {"tokens": [3], "seeds": list(range(24))}]
    whole = run(model, prompts=prompts)
    if not packed:
        model.packed = False
        model.causal.set_attn_implementation("sdpa")
    limits = Limits(128, ROOM, 64, threads)
    completions = Sampler(model, limits).sample(prompts, PARAMETERS, Recorder(), CancelAfter(12))
    assert {each["stopReason"] for each in completions} == {"cancelled"}
    lengths = {len(each["tokens"]) for each in completions}
    assert len(lengths) == 1 and 0 < min(lengths) < 20
    assert all(cut["tokens"] == full["tokens"][:len(cut["tokens"])] for cut, full in zip(completions, whole))


def test_a_call_cancelled_before_makes_nothing() -> None:
    completions = Sampler(small_model()).sample(PROMPTS, PARAMETERS, Recorder(), lambda: True)
    assert {(each["stopReason"], len(each["tokens"])) for each in completions} == {("cancelled", 0)}


@pytest.mark.parametrize("threads", [1, 2])
def test_weights_that_are_no_numbers_reject_and_leave_the_sampler_sound(threads: int) -> None:
    model = small_model()
    sampler = Sampler(model, Limits(128, ROOM, 64, threads))
    prompts = [{"tokens": [1, 2], "seeds": list(range(40))}]
    expected = without_time(sampler.sample(prompts, PARAMETERS, Recorder(), never))
    weight = model.decoder().layers[0].mlp.up_proj.weight
    sound = weight.detach().clone()
    with torch.no_grad():
        weight[0, 0] = float("nan")
    model.weights_changed()
    with pytest.raises(LabError) as caught:
        sampler.sample(prompts, PARAMETERS, Recorder(), never)
    assert caught.value.code == "engine/not-finite" and caught.value.place == "logits"
    with torch.no_grad():
        weight.copy_(sound)
    model.weights_changed()
    assert without_time(sampler.sample(prompts, PARAMETERS, Recorder(), never)) == expected


def test_bfloat16_weights_and_bfloat16_arithmetic_over_float32_weights_run() -> None:
    for masters in (True, False):
        model = small_model(TorchOptions(dtype="bfloat16", master_weights=masters))
        assert_scored(model, run(model), tolerance=0.1)


def test_makes_fewer_rows_at_a_time_where_memory_is_short() -> None:
    model = small_model()
    expected = run(model)
    token_bytes = 2 * 2 * 2 * 16 * 4
    completions = run(model, Limits(128, 3 * 30 * token_bytes, 64, least_lanes=1))
    assert [each["tokens"] for each in completions] == [each["tokens"] for each in expected]
