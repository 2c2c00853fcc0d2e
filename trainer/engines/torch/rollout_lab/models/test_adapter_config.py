"""Adapters that peft made, not this engine."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from rollout_lab.errors import LabError
from rollout_lab.models.loading import assemble, read_folder
from rollout_lab.models.options import LoraOptions, TorchOptions
from rollout_lab.models.saving import save_model
from rollout_lab.testing.tiny_models import CPU, tiny_model

peft = pytest.importorskip("peft")
TOKENS = torch.tensor([[1, 5, 2, 2, 6, 3]])
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj"]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    save_model(tiny_model(), tmp_path / "base", None, resumable=False, dtype="float32")
    return tmp_path / "base"


def adapt(base: Path, saves_embeddings: bool = False, **settings: Any) -> tuple[Path, torch.Tensor]:
    """The folder of an adapter by peft, and what the model with it says."""
    config = peft.LoraConfig(**{"r": 4, "lora_alpha": 16, "target_modules": LINEAR, "task_type": "CAUSAL_LM", **settings})
    torch.manual_seed(2)
    network = peft.get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "lora_" in name:
                parameter.normal_(std=0.2)
    folder = base.parent / "adapter"
    network.save_pretrained(folder, save_embedding_layers=saves_embeddings)
    with torch.no_grad():
        return folder, network.eval()(TOKENS).logits


def said(folder: Path, options: TorchOptions = TorchOptions()) -> torch.Tensor:
    model = assemble(read_folder(str(folder), options, CPU), options, CPU)
    model.causal.set_attn_implementation("sdpa")
    with torch.no_grad():
        return model.causal(TOKENS).logits


SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {}, "scaled by the root of the rank": {"use_rslora": True}, "strengths by layer": {"alpha_pattern": {"q_proj": 64}},
    "ranks by layer": {"rank_pattern": {"v_proj": 2, "layers.1.mlp.up_proj": 6}}, "some layers": {"layers_to_transform": [1]},
    "a pattern": {"target_modules": r".*\.self_attn\.[qv]_proj"}, "all but some": {"exclude_modules": ["down_proj"]},
    "another beginning": {"init_lora_weights": "gaussian"}, "on one kind of layer": {"target_modules": ["q_proj"]}
}


@pytest.mark.parametrize("name", SETTINGS)
def test_is_the_model_that_peft_makes(base: Path, name: str) -> None:
    folder, expected = adapt(base, **SETTINGS[name])
    torch.testing.assert_close(said(folder), expected, atol=1e-4, rtol=1e-4)


WORDS = ["embed_tokens", "lm_head"]


@pytest.mark.parametrize("saves", [True, False])
@pytest.mark.parametrize("targets", [WORDS[:1], WORDS[1:], WORDS])
def test_adapters_of_words(tmp_path: Path, targets: list[str], saves: bool) -> None:
    """`saves`: peft puts the weights below such an adapter into its file, unless it is told otherwise."""
    save_model(tiny_model(tiedHead=False), tmp_path / "base", None, resumable=False, dtype="float32")
    folder, expected = adapt(tmp_path / "base", saves, target_modules=["q_proj", *targets])
    torch.testing.assert_close(said(folder), expected, atol=1e-4, rtol=1e-4)
    options = TorchOptions(lora=LoraOptions(4, 16, 0, ("q_proj", *targets)))
    model = assemble(read_folder(str(folder), options, CPU), options, CPU)
    save_model(model, tmp_path / "checkpoint", None, resumable=True, dtype="float32")
    again = peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tmp_path / "base"), tmp_path / "checkpoint").eval()
    with torch.no_grad():
        torch.testing.assert_close(again(TOKENS).logits, expected, atol=1e-4, rtol=1e-4)


def test_another_embedding_below_an_adapter_is_another_model(tmp_path: Path) -> None:
    save_model(tiny_model(tiedHead=False), tmp_path / "base", None, resumable=False, dtype="float32")
    folder, _ = adapt(tmp_path / "base", True, target_modules=["embed_tokens"])
    save_model(tiny_model(seed=6, tiedHead=False), tmp_path / "base", None, resumable=False, dtype="float32")
    with pytest.raises(LabError, match="embed_tokens.base_layer"):
        said(folder)


@pytest.mark.parametrize("targets", [["q_proj", "lm_head"], ["embed_tokens"], r".*(lm_head|q_proj)"])
@pytest.mark.parametrize("lora", [None, LoraOptions(4, 16, 0, ("q_proj", "lm_head"))])
def test_an_adapter_of_one_use_of_a_tied_embedding(base: Path, targets: list[str] | str, lora: LoraOptions | None) -> None:
    folder, _ = adapt(base, target_modules=targets)
    with pytest.raises(LabError) as caught:
        said(folder, TorchOptions(lora=lora))
    error = caught.value
    place = "torch.lora.targets" if lora else f"{folder / 'adapter_config.json'}, target_modules"
    assert (error.code, error.place) == ("model/lora-targets", place) and "tie_word_embeddings" in error.message


@pytest.mark.parametrize("name", ["plain", "scaled by the root of the rank", "strengths by layer", "ranks by layer"])
def test_goes_on_as_it_was(base: Path, tmp_path: Path, name: str) -> None:
    folder, expected = adapt(base, **SETTINGS[name])
    options = TorchOptions(lora=LoraOptions(4, 16, 0, ()))
    model = assemble(read_folder(str(folder), options, CPU), options, CPU)
    save_model(model, tmp_path / "export", None, resumable=False, dtype="float32")
    save_model(model, tmp_path / "checkpoint", None, resumable=True, dtype="float32")
    torch.testing.assert_close(said(tmp_path / "export"), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(said(tmp_path / "checkpoint", options), expected, atol=1e-4, rtol=1e-4)


UNSUPPORTED: dict[str, dict[str, Any]] = {
    "use_dora": {"use_dora": True}, "modules_to_save": {"modules_to_save": ["lm_head"]}, "bias": {"bias": "all"},
    "lora_bias": {"lora_bias": True}, "init_lora_weights": {"init_lora_weights": "olora"},
    "trainable_token_indices": {"trainable_token_indices": [1]}
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_names_what_it_does_not_compute(base: Path, name: str) -> None:
    folder, _ = adapt(base, **UNSUPPORTED[name])
    with pytest.raises(LabError) as caught:
        said(folder)
    error = caught.value
    assert error.code == "model/unsupported" and error.place == f"{folder / 'adapter_config.json'}, {name}"
    assert "merge_and_unload" in error.remedy


def test_a_field_of_a_later_peft(base: Path) -> None:
    folder, expected = adapt(base)
    file = folder / "adapter_config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "unknown_yet": None, "peft_version": "9.9"}))
    torch.testing.assert_close(said(folder), expected, atol=1e-4, rtol=1e-4)
    for field in ({"unknown_yet": 3}, {"peft_type": "LOHA"}):
        file.write_text(json.dumps({**config, **field}))
        with pytest.raises(LabError, match=next(iter(field))):
            said(folder)


def test_a_base_beside_it_or_in_the_cache_of_the_hub(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, expected = adapt(base)
    file = folder / "adapter_config.json"

    def name(value: str, **more: Any) -> None:
        file.write_text(json.dumps({**json.loads(file.read_text()), "base_model_name_or_path": value, **more}))

    name("../base")
    torch.testing.assert_close(said(folder), expected, atol=1e-4, rtol=1e-4)
    asked: list[Any] = []

    def cached(named: str, revision: str | None, local_files_only: bool) -> str:
        asked.append((named, revision, local_files_only))
        return str(base)

    monkeypatch.setattr("huggingface_hub.snapshot_download", cached)
    name("Org/Model-0.5B")
    torch.testing.assert_close(said(folder), expected, atol=1e-4, rtol=1e-4)
    name("Org/Model-0.5B", revision="abc")
    said(folder)
    assert asked == [("Org/Model-0.5B", None, True), ("Org/Model-0.5B", "abc", True)]
    monkeypatch.undo()
    name("nobody/nothing", revision=None)
    with pytest.raises(LabError) as caught:
        said(folder)
    assert caught.value.code == "model/missing" and "hf download nobody/nothing" in caught.value.remedy
