"""The engine's verbs, as the server calls them; the contract suite (test/engines) asks for the rest."""
from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.testing.local_engine import LocalEngine
from rollout_lab.testing.small_steps import DATA, LORA, LOSS, STEP, train
from rollout_lab.testing.tiny_models import tiny_source
from rollout_lab.training import forward_backward


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine()


def test_has_no_model_at_first() -> None:
    fresh = LocalEngine()
    for verb, request in (
        ("sample", {"call": 1, "prompts": [], "parameters": {}, "finished": False, "partial": False}), ("gradients", {}),
        ("forwardBackward", {"data": DATA, "loss": LOSS}), ("optimStep", {"step": STEP}),
        ("save", {"folder": "x", "optimizer": False, "dtype": "float32"}),
        ("snapshot", {"name": "a"}), ("encode", {"texts": ["a"]})
    ):
        assert fresh.error_of(verb, **request)["code"] == "engine/no-model"


def test_says_what_it_is(engine: LocalEngine) -> None:
    info = engine.call("info")
    assert (info["name"], info["device"], info["deterministic"], info["threads"]) == ("torch", "cpu", True, 1)
    assert "adapters" not in info["capabilities"] and set(info["versions"]) >= {"torch", "transformers", "python"}


def test_says_how_it_attends_and_that_flash_is_not_given(tmp_path: Path) -> None:
    engine = LocalEngine(attention="flash")
    assert "attention" not in engine.call("info")["versions"]
    for _ in range(2):
        engine.call("loadModel", source=tiny_source())
    assert engine.call("info")["versions"]["attention"] == "sdpa, packed"
    engine.call("save", folder=str(tmp_path), optimizer=False, dtype="float32")
    engine.call("load", folder=str(tmp_path), optimizer=False)
    [(method, notice)] = engine.told
    assert (method, notice["kind"]) == ("engine/notice", "attention") and '"dtype": "bfloat16"' in notice["detail"]
    for asked, used in (("eager", "eager, padded"), ("auto", "sdpa, packed")):
        other = LocalEngine(attention=asked)
        other.call("loadModel", source=tiny_source())
        assert other.call("info")["versions"]["attention"] == used and other.told == []


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(LabError) as caught:
        LocalEngine(device="cuda:7")
    assert caught.value.code == "engine/no-device" and "cpu" in caught.value.message


def test_a_folder_without_weights_leaves_the_model(engine: LocalEngine, tmp_path: Path) -> None:
    engine.call("loadModel", source=tiny_source())
    before = engine.call("logprobs", sequences=DATA)
    engine.call("save", folder=str(tmp_path), optimizer=False, dtype="float32")
    (tmp_path / "model.safetensors").unlink()
    source = {"kind": "folder", "folder": str(tmp_path)}
    for verb, request in (("load", {"folder": str(tmp_path), "optimizer": False}), ("loadModel", {"source": source})):
        assert engine.error_of(verb, **request)["code"] == "model/no-weights"
    assert engine.call("logprobs", sequences=DATA) == before


def test_a_folder_that_cannot_be_written(engine: LocalEngine, tmp_path: Path) -> None:
    engine.call("loadModel", source=tiny_source())
    (tmp_path / "file").write_text("")
    error = engine.error_of("save", folder=str(tmp_path / "file"), optimizer=False, dtype="float32")
    assert error["code"] == "engine/save" and error["place"] == str(tmp_path / "file")


def test_a_disk_that_is_full(engine: LocalEngine, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    engine.call("loadModel", source=tiny_source())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
    try:
        error = engine.error_of("save", folder=str(tmp_path / "model"), optimizer=True, dtype="float32")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert error["code"] == "engine/save" and error["place"] == str(tmp_path / "model")
    assert not (tmp_path / "model" / "model.safetensors").exists()


@pytest.mark.parametrize("where", ["the first step", "a later step", "snapshot", "save"])
def test_what_does_not_fit_beside_what_the_sampler_keeps(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "maxTokens": 4, "stop": []}
    request = {"call": 1, "prompts": [{"tokens": [1], "seeds": [1]}], "parameters": parameters, "finished": False, "partial": False}
    engine = LocalEngine(lora={**LORA, "dropout": 0}) if where == "save" else LocalEngine()
    verb, given, maker = {
        "snapshot": ("snapshot", {"name": "here"}, (torch.Tensor, "clone")),
        "save": ("save", {"folder": str(tmp_path), "optimizer": False, "dtype": "float32"}, (torch.Tensor, "float")),
        "the first step": ("optimStep", {"step": STEP}, (torch, "zeros")), "a later step": ("optimStep", {"step": STEP}, (torch, "empty"))
    }[where]

    def prepared() -> None:
        engine.call("loadModel", source=tiny_source())
        train(engine, 0 if where == "the first step" else 1)
        engine.call("sample", **request)
        engine.call("forwardBackward", data=DATA, loss=LOSS)

    prepared()
    engine.call(verb, **given)
    expected = engine.call("logprobs", sequences=DATA)
    prepared()
    sampler = engine._verbs["info"].__self__.loaded.sampler
    make = getattr(*maker)

    def bounded(*given: Any, **others: Any) -> Any:
        if sampler._held > 0:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return make(*given, **others)

    assert sampler._held > 0
    engine.told.clear()
    with monkeypatch.context() as patch:
        patch.setattr(*maker, bounded)
        engine.call(verb, **given)
    [(method, notice)] = engine.told
    assert (method, notice["kind"], sampler._held) == ("engine/notice", "outOfMemory", 0) and "CUDA out of memory" in notice["detail"]
    assert engine.call("logprobs", sequences=DATA) == expected


def test_snapshots_survive_a_checkpoint_of_the_same_shape_only(engine: LocalEngine, tmp_path: Path) -> None:
    engine.call("loadModel", source=tiny_source())
    engine.call("snapshot", name="reference")
    reference = engine.call("logprobs", sequences=DATA)
    train(engine, 1)
    engine.call("save", folder=str(tmp_path), optimizer=True, dtype="float32")
    engine.call("load", folder=str(tmp_path), optimizer=True)
    assert engine.call("logprobs", sequences=DATA, snapshot="reference") == reference
    engine.call("loadModel", source=tiny_source(layers=1))
    engine.call("snapshot", name="reference")
    engine.call("load", folder=str(tmp_path), optimizer=True)
    assert engine.error_of("logprobs", sequences=DATA, snapshot="reference")["code"] == "engine/no-snapshot"


def test_a_step_without_its_moments_is_refused(engine: LocalEngine, tmp_path: Path) -> None:
    engine.call("loadModel", source=tiny_source())
    train(engine, 1)
    engine.call("save", folder=str(tmp_path / "one"), optimizer=True, dtype="float32")
    engine.call("loadModel", source=tiny_source(layers=1))
    train(engine, 1)
    engine.call("save", folder=str(tmp_path / "other"), optimizer=True, dtype="float32")
    shutil.copy(tmp_path / "other" / "optimizer.safetensors", tmp_path / "one" / "optimizer.safetensors")
    assert engine.error_of("load", folder=str(tmp_path / "one"), optimizer=True)["code"] == "model/wrong-weights"
    engine.call("load", folder=str(tmp_path / "one"), optimizer=False)


def test_a_head_that_appears_in_a_rejected_call_does_not_stay(engine: LocalEngine) -> None:
    engine.call("loadModel", source=tiny_source())
    loss = {"terms": [{"kind": "stepReward", "weight": 1}], "normalisation": {"kind": "tokenMean"}}
    labelled = [{**sequence, "stepLabels_T": [1] * len(sequence["completion"])} for sequence in DATA]
    assert engine.error_of("forwardBackward", data=labelled, loss=loss, cancelled=True)["code"] == "engine/cancelled"
    assert engine.error_of("headValues", sequences=DATA)["code"] == "engine/no-reward-head"
    engine.call("forwardBackward", data=labelled, loss=loss)
    assert len(engine.call("headValues", sequences=DATA)) == 2


def test_a_head_that_appears_after_the_last_step_is_saved_with_it(engine: LocalEngine, tmp_path: Path) -> None:
    engine.call("loadModel", source=tiny_source())
    train(engine, 1)
    loss = {"terms": [{"kind": "stepReward", "weight": 1}], "normalisation": {"kind": "tokenMean"}}
    engine.call("forwardBackward", data=[{**DATA[0], "stepLabels_T": [1, 0, 1]}], loss=loss)
    engine.call("save", folder=str(tmp_path), optimizer=True, dtype="float32")
    engine.call("load", folder=str(tmp_path), optimizer=True)


COMBINATIONS: dict[str, dict[str, Any]] = {
    "bfloat16 over masters": {"dtype": "bfloat16"},
    "bfloat16 alone": {"dtype": "bfloat16", "masterWeights": False},
    "bfloat16 alone, adapters and checkpointing": {
        "dtype": "bfloat16", "masterWeights": False, "lora": {**LORA, "dropout": 0, "alpha": 16}, "gradientCheckpointing": True},
    "bfloat16 over masters, padded": {"dtype": "bfloat16", "attention": "eager"},
    "adapters, padded, checkpointing": {"lora": {**LORA, "dropout": 0, "alpha": 16}, "attention": "eager", "gradientCheckpointing": True}
}


@pytest.mark.parametrize("name", COMBINATIONS)
def test_learns_samples_and_goes_on_in_every_combination(tmp_path: Path, name: str) -> None:
    options = COMBINATIONS[name]
    engine, near = LocalEngine(**options), 0.06 if "dtype" in options else 1e-5
    engine.call("loadModel", source=tiny_source())
    head = {"terms": [*LOSS["terms"], {"kind": "stepReward", "weight": 0.1}], "normalisation": {"kind": "tokenMean"}}
    labelled = [{**sequence, "stepLabels_T": [1] * len(sequence["completion"])} for sequence in DATA]
    losses = []
    for _ in range(8):
        losses.append(engine.call("forwardBackward", data=labelled, loss=head)["loss"])
        engine.call("optimStep", step=STEP)
    assert losses[-1] < losses[0] - 0.15

    parameters = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "maxTokens": 8, "stop": []}
    prompts = [{"tokens": [1, 2], "seeds": [1, 2, 3]}, {"tokens": [5], "seeds": [4]}]
    completions = engine.call("sample", call=1, prompts=prompts, parameters=parameters, finished=False, partial=False)
    made = [{"prompt": prompts[each["promptIndex"]]["tokens"], "completion": each["tokens"]} for each in completions]
    for completion, scored in zip(completions, engine.call("logprobs", sequences=made)):
        assert completion["logprobs_T"] == pytest.approx(scored["logprobs_T"], abs=near)

    engine.call("save", folder=str(tmp_path), optimizer=True, dtype="float32")
    before = engine.call("logprobs", sequences=DATA), engine.call("headValues", sequences=DATA)
    engine.call("loadModel", source=tiny_source())
    engine.call("load", folder=str(tmp_path), optimizer=True)
    assert (engine.call("logprobs", sequences=DATA), engine.call("headValues", sequences=DATA)) == before


def test_a_micro_batch_without_memory_is_halved_and_said(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.call("loadModel", source=tiny_source())
    expected = engine.call("forwardBackward", data=DATA, loss=LOSS), engine.call("gradients")
    engine.call("optimStep", step={**STEP, "name": "sgd", "learningRate": 0})
    real, failures = forward_backward.run_batch, iter([True])

    def sometimes(*given: Any) -> Any:
        if next(failures, False):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return real(*given)

    monkeypatch.setattr(forward_backward, "run_batch", sometimes)
    engine.told.clear()
    result, gradients = engine.call("forwardBackward", data=DATA, loss=LOSS), engine.call("gradients")
    [(method, notice)] = engine.told
    assert method == "engine/notice" and notice["kind"] == "outOfMemory" and notice["microBatchTokens"] < 24
    assert result["loss"] == pytest.approx(expected[0]["loss"], abs=1e-6)
    for name, values in gradients.items():
        assert values == pytest.approx(expected[1][name], abs=1e-6)
