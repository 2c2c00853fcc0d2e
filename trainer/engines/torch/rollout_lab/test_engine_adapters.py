"""The engine's verbs where adapters are trained."""
from __future__ import annotations

from pathlib import Path

import pytest

from rollout_lab.testing.local_engine import LocalEngine
from rollout_lab.testing.small_steps import DATA, LORA, train
from rollout_lab.testing.tiny_models import tiny_source


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine()


@pytest.fixture(scope="module")
def adapted() -> LocalEngine:
    return LocalEngine(lora=LORA, gradientCheckpointing=True)


def test_an_adapter_is_trained_and_goes_on_bit_for_bit(adapted: LocalEngine, tmp_path: Path) -> None:
    assert "adapters" in adapted.call("info")["capabilities"]
    adapted.call("loadModel", source=tiny_source())
    before = adapted.call("logprobs", sequences=DATA)
    train(adapted, 3)
    assert adapted.call("logprobs", sequences=DATA) != before
    names = set(adapted.call("gradients"))
    assert names and all(".lora_" in name for name in names)
    adapted.call("save", folder=str(tmp_path), optimizer=True, dtype="float32")
    scores = adapted.call("logprobs", sequences=DATA)
    adapted.call("load", folder=str(tmp_path), optimizer=True)
    assert adapted.call("logprobs", sequences=DATA) == scores


def assert_samples_and_is_exported(adapted: LocalEngine, engine: LocalEngine, folder: Path) -> None:
    """What samples, what is trained and what is exported say the same."""
    train(adapted, 4)
    parameters = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "maxTokens": 10, "stop": []}
    request = {
        "call": 1, "prompts": [{"tokens": [1, 2], "seeds": [1, 2, 3]}], "parameters": parameters, "finished": False, "partial": False}
    adapted.call("snapshot", name="here")
    train(adapted, 1)
    adapted.call("restore", name="here")
    completions = adapted.call("sample", **request)
    scored = adapted.call("logprobs", sequences=[{"prompt": [1, 2], "completion": each["tokens"]} for each in completions])
    adapted.call("save", folder=str(folder), optimizer=False, dtype="float32")
    engine.call("loadModel", source={"kind": "folder", "folder": str(folder)})
    merged = engine.call("logprobs", sequences=[{"prompt": [1, 2], "completion": each["tokens"]} for each in completions])
    for completion, own, exported in zip(completions, scored, merged):
        assert completion["logprobs_T"] == pytest.approx(own["logprobs_T"], abs=1e-5)
        assert exported["logprobs_T"] == pytest.approx(own["logprobs_T"], abs=1e-5)


def test_an_adapter_samples_and_is_exported_merged(adapted: LocalEngine, engine: LocalEngine, tmp_path: Path) -> None:
    adapted.call("loadModel", source=tiny_source())
    assert_samples_and_is_exported(adapted, engine, tmp_path)


WORDS = ["embed_tokens", "lm_head"]


@pytest.mark.parametrize("targets", [WORDS[:1], WORDS[1:], WORDS])
def test_adapters_of_words_are_part_of_every_model(engine: LocalEngine, tmp_path: Path, targets: list[str]) -> None:
    adapted = LocalEngine(lora={**LORA, "dropout": 0, "targets": ["q_proj", *targets]})
    assert adapted.error_of("loadModel", source=tiny_source())["code"] == "model/lora-targets"
    adapted.call("loadModel", source=tiny_source(tiedHead=False))
    assert_samples_and_is_exported(adapted, engine, tmp_path / "export")
    adapted.call("save", folder=str(tmp_path / "checkpoint"), optimizer=True, dtype="float32")
    scores = adapted.call("logprobs", sequences=DATA)
    adapted.call("load", folder=str(tmp_path / "checkpoint"), optimizer=True)
    assert adapted.call("logprobs", sequences=DATA) == scores


def test_all_weights_are_trained_from_a_checkpoint_with_an_adapter(engine: LocalEngine, adapted: LocalEngine, tmp_path: Path) -> None:
    adapted.call("loadModel", source=tiny_source())
    train(adapted, 1)
    adapted.call("save", folder=str(tmp_path), optimizer=True, dtype="float32")
    engine.call("loadModel", source={"kind": "folder", "folder": str(tmp_path)})
    names, before = set(engine.call("gradients")), engine.call("logprobs", sequences=DATA)
    train(engine, 1)
    assert engine.call("logprobs", sequences=DATA) != before
    engine.call("loadModel", source=tiny_source())
    assert names == set(engine.call("gradients"))
