"""Models of text and images, through the verbs."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

from rollout_lab.models.new_model import word_level_tokenizer
from rollout_lab.test_architectures import LOSS, SEQUENCES, SMALL, STEP, own_logprobs
from rollout_lab.testing.local_engine import LocalEngine

PROCESSOR = "preprocessor_config.json"
LORA = {"rank": 2, "alpha": 4, "dropout": 0, "targets": []}


def write_whole(folder: Path, kind: str, text: dict[str, Any], **whole: Any) -> None:
    torch.manual_seed(3)
    config = AutoConfig.for_model(kind, text_config={**SMALL, **text}, **whole)
    network = AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.15 * torch.randn_like(parameter))
    network.save_pretrained(folder)
    words = ["<eos>", *(f"w{number}" for number in range(1, SMALL["vocab_size"]))]
    (folder / "tokenizer.json").write_text(json.dumps(word_level_tokenizer(words)))
    (folder / PROCESSOR).write_text("{}")


def write_qwen(folder: Path) -> None:
    write_whole(
        folder, "qwen3_5", {
            "model_type": "qwen3_5_text", "layer_types": ["linear_attention", "full_attention"], "linear_key_head_dim": 8,
            "linear_value_head_dim": 8, "linear_num_key_heads": 2, "linear_num_value_heads": 4, "mtp_num_hidden_layers": 1},
        vision_config={"depth": 1, "hidden_size": 16, "intermediate_size": 24, "num_heads": 2, "out_hidden_size": 32, "patch_size": 4},
        image_token_id=30, video_token_id=31, vision_start_token_id=32, vision_end_token_id=33)


def write_gemma(folder: Path) -> None:
    write_whole(
        folder, "gemma3", {"model_type": "gemma3_text", "sliding_window": 8, "pad_token_id": 0},
        vision_config={
            "model_type": "siglip_vision_model", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
            "num_attention_heads": 2, "image_size": 28, "patch_size": 14},
        mm_tokens_per_image=4, image_token_index=30, boi_token_index=31, eoi_token_index=32)


def tensor_names(folder: Path) -> set[str]:
    with safe_open(folder / "model.safetensors", "pt") as opened:
        return set(opened.keys())


@pytest.mark.parametrize("options", [{}, {"lora": LORA}])
def test_what_is_loaded_as_a_text_model_is_written_as_one(tmp_path: Path, options: dict[str, Any]) -> None:
    first, second, third = tmp_path / "first", tmp_path / "second", tmp_path / "third"
    write_qwen(first)
    engine = LocalEngine(**options)
    assert engine.call("loadModel", source={"kind": "folder", "folder": str(first)})["architecture"] == "Qwen3_5ForCausalLM"
    engine.call("forwardBackward", data=SEQUENCES, loss=LOSS)
    engine.call("optimStep", step=STEP)
    scores = engine.call("logprobs", sequences=SEQUENCES)
    engine.call("save", folder=str(second), optimizer=False, dtype="float32")
    config = json.loads((second / "config.json").read_text())
    assert (config["architectures"], config["model_type"], config["eos_token_id"]) == (["Qwen3_5ForCausalLM"], "qwen3_5_text", 0)
    assert config["mtp_num_hidden_layers"] == 0
    assert not {"text_config", "vision_config", "image_token_id"} & set(config) and not (second / PROCESSOR).exists()
    network, info = AutoModelForCausalLM.from_pretrained(second, dtype=torch.float32, output_loading_info=True)
    assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert tensor_names(second) == set(network.state_dict())
    for scored, sequence in zip(scores, SEQUENCES):
        assert scored["logprobs_T"] == pytest.approx(own_logprobs(network.eval(), sequence).tolist(), abs=1e-4)
    engine.call("save", folder=str(third), optimizer=True, dtype="float32")
    engine.call("load", folder=str(third), optimizer=True)
    assert engine.call("logprobs", sequences=SEQUENCES) == scores


@pytest.mark.parametrize("options", [{}, {"lora": LORA}])
def test_only_what_text_goes_through_is_trained(tmp_path: Path, options: dict[str, Any]) -> None:
    first, second, export = tmp_path / "first", tmp_path / "second", tmp_path / "export"
    write_gemma(first)
    engine = LocalEngine(**options)
    engine.call("loadModel", source={"kind": "folder", "folder": str(first)})
    names = set(engine.call("gradients"))
    assert names and all(name.startswith("model.language_model.") for name in names)
    for _ in range(2):
        engine.call("forwardBackward", data=SEQUENCES, loss=LOSS)
        engine.call("optimStep", step={**STEP, "weightDecay": 0.1})
    engine.call("save", folder=str(export), optimizer=False, dtype="float32")
    before, after = load_file(first / "model.safetensors"), load_file(export / "model.safetensors")
    for name, value in before.items():
        assert torch.equal(value, after[name]) or "language_model" in name, name
    assert any(not torch.equal(value, after[name]) for name, value in before.items())
    scores = engine.call("logprobs", sequences=SEQUENCES)
    engine.call("save", folder=str(second), optimizer=True, dtype="float32")
    engine.call("load", folder=str(second), optimizer=True)
    assert engine.call("logprobs", sequences=SEQUENCES) == scores and set(engine.call("gradients")) == names


def test_what_is_loaded_whole_is_written_whole(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_gemma(first)
    engine = LocalEngine()
    engine.call("loadModel", source={"kind": "folder", "folder": str(first)})
    engine.call("save", folder=str(second), optimizer=False, dtype="float32")
    assert tensor_names(second) == tensor_names(first) and (second / PROCESSOR).read_text() == "{}"
    _, info = AutoModelForImageTextToText.from_pretrained(second, output_loading_info=True)
    assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
