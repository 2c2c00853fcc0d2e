from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForTokenClassification, PreTrainedTokenizerFast

from rollout_lab.models.description import TOKENIZER
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.loading import assemble, read_folder
from rollout_lab.models.optimizer_file import OptimizerState, read_optimizer_state
from rollout_lab.models.options import LoraOptions, TorchOptions
from rollout_lab.models.saving import save_model, write_tensors
from rollout_lab.testing.tiny_models import CPU, tiny_model

TOKENS = torch.tensor([[1, 5, 2, 2, 6, 3]])
LORA = TorchOptions(lora=LoraOptions(rank=3, alpha=6, dropout=0, targets=()))


def reload(folder: Path, options: TorchOptions = TorchOptions()) -> LoadedModel:
    return assemble(read_folder(str(folder), options, CPU), options, CPU)


def logits(network: torch.nn.Module) -> torch.Tensor:
    network.set_attn_implementation("sdpa")
    with torch.no_grad():
        return network(TOKENS).logits


def disturb(model: LoadedModel) -> None:
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.trainable().values():
            parameter.add_(0.1 * torch.randn_like(parameter))


@pytest.mark.parametrize("architecture", ["Qwen3ForCausalLM", "Qwen2ForCausalLM", "LlamaForCausalLM"])
@pytest.mark.parametrize("tied", [True, False])
def test_transformers_reads_what_was_saved(tmp_path: Path, architecture: str, tied: bool) -> None:
    model = tiny_model(architecture=architecture, tiedHead=tied)
    save_model(model, tmp_path, None, resumable=False, dtype="float32")
    network, info = AutoModelForCausalLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert torch.allclose(logits(network), logits(model.causal), atol=1e-5)
    assert ("lm_head.weight" in load_file(tmp_path / "model.safetensors")) is not tied
    assert PreTrainedTokenizerFast.from_pretrained(tmp_path)("a b f")["input_ids"] == [1, 2, 6]


def test_files_are_kept_as_they_were_read(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    save_model(tiny_model(), first, None, resumable=False, dtype="float32")
    odd = (first / TOKENIZER).read_bytes() + b"\n\n"
    (first / TOKENIZER).write_bytes(odd)
    (first / "special_tokens_map.json").write_bytes(b"{}")
    config = json.loads((first / "config.json").read_text()) | {"note": "kept"}
    (first / "config.json").write_text(json.dumps(config))
    save_model(reload(first), second, None, resumable=False, dtype="bfloat16")
    assert (second / TOKENIZER).read_bytes() == odd
    assert (second / "special_tokens_map.json").read_bytes() == b"{}"
    assert json.loads((second / "config.json").read_text()) == config | {"dtype": "bfloat16", "torch_dtype": "bfloat16"}
    tensors = load_file(second / "model.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.bfloat16}


def test_shards_and_their_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model()
    monkeypatch.setattr("rollout_lab.models.saving.MAX_SHARD_SIZE", "4KB")
    save_model(model, tmp_path, None, resumable=False, dtype="float32")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    assert torch.equal(logits(reload(tmp_path).causal), logits(model.causal))
    monkeypatch.undo()
    write_tensors(tmp_path, {"a": torch.ones(1)}, torch.float32)
    assert [file.name for file in tmp_path.glob("model*")] == ["model.safetensors"]


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_weights_can_be_read_by_whom_the_umask_lets(tmp_path: Path, umask: int) -> None:
    save_model(tiny_model(LORA), tmp_path, OptimizerState(1, {}, {}), resumable=True, dtype="float32")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.rglob("*.safetensors")}
    assert len(modes) == 3 and set(modes.values()) == {0o666 & ~umask}


def test_the_optimizer_state_comes_back(tmp_path: Path) -> None:
    model = tiny_model()
    model.add_reward_head()
    torch.manual_seed(0)
    first, second = ({name: torch.rand(p.shape) for name, p in model.trainable().items()} for _ in range(2))
    save_model(model, tmp_path, OptimizerState(7, first, second), resumable=True, dtype="float32")
    shapes = {name: parameter.shape for name, parameter in model.trainable().items()}
    found = read_optimizer_state(tmp_path, shapes)
    assert found is not None and found.step == 7
    for name in shapes:
        assert torch.equal(found.first_moment[name], first[name])
        assert torch.equal(found.second_moment[name], second[name])
    save_model(model, tmp_path, OptimizerState(7, first, second), resumable=False, dtype="float32")
    assert read_optimizer_state(tmp_path, shapes) is None


def test_the_reward_head_is_a_classifier_of_transformers(tmp_path: Path) -> None:
    model = tiny_model()
    head = model.add_reward_head()
    with torch.no_grad():
        head.weight.copy_(torch.linspace(-1, 1, 16)[None])
        head.bias.fill_(0.25)
    save_model(model, tmp_path, None, resumable=False, dtype="float32")
    classifier = AutoModelForTokenClassification.from_pretrained(tmp_path)
    model.causal.set_attn_implementation("sdpa")
    with torch.no_grad():
        scores = classifier(TOKENS).logits
        expected = head(model.decoder()(TOKENS).last_hidden_state)
    assert torch.allclose(scores[..., 1] - scores[..., 0], expected, atol=1e-6)
    again = reload(tmp_path)
    assert again.reward_head is not None
    assert torch.equal(again.reward_head.weight, head.weight) and torch.equal(again.reward_head.bias, head.bias)


def test_an_adapter_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    base, checkpoint = tmp_path / "base", tmp_path / "checkpoint"
    save_model(tiny_model(), base, None, resumable=False, dtype="float32")
    model = reload(base, LORA)
    assert all(".lora_" in name for name in model.trainable())
    assert torch.equal(logits(model.causal), logits(reload(base).causal))
    disturb(model)
    save_model(model, checkpoint, None, resumable=True, dtype="float32")
    assert not (checkpoint / "model.safetensors").exists()
    again = reload(checkpoint, LORA)
    assert again.base_folder == base
    assert all(torch.equal(again.trainable()[name], value) for name, value in model.trainable().items())


def test_an_adapter_on_a_new_model_brings_its_base(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    model = tiny_model(LORA)
    disturb(model)
    save_model(model, first, None, resumable=True, dtype="float32")
    save_model(reload(first, LORA), second, None, resumable=True, dtype="float32")
    moved = tmp_path / "moved"
    second.rename(moved)
    assert torch.equal(logits(reload(moved, LORA).causal), logits(model.causal))


def test_an_exported_adapter_is_merged(tmp_path: Path) -> None:
    model = tiny_model(LORA)
    model.add_reward_head()
    disturb(model)
    save_model(model, tmp_path / "export", None, resumable=False, dtype="float32")
    save_model(model, tmp_path / "checkpoint", None, resumable=True, dtype="float32")
    exported = reload(tmp_path / "export")
    expected = logits(model.causal)
    assert torch.allclose(logits(exported.causal), expected, atol=1e-5)
    assert torch.allclose(logits(reload(tmp_path / "checkpoint").causal), expected, atol=1e-5)
    for folder in ("export", "checkpoint"):
        head = reload(tmp_path / folder).reward_head
        assert head is not None and model.reward_head is not None and torch.equal(head.weight, model.reward_head.weight)


def test_peft_reads_a_checkpoint(tmp_path: Path) -> None:
    from peft import PeftModel

    base, checkpoint = tmp_path / "base", tmp_path / "checkpoint"
    save_model(tiny_model(), base, None, resumable=False, dtype="float32")
    model = reload(base, LORA)
    disturb(model)
    save_model(model, checkpoint, None, resumable=True, dtype="float32")
    network = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), checkpoint)
    assert torch.allclose(logits(network.get_base_model()), logits(model.causal), atol=1e-5)
