from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

from rollout_lab.errors import LabError
from rollout_lab.models import loading
from rollout_lab.models import tokenizer as text
from rollout_lab.models.loading import assemble, end_of_text_tokens, read_folder
from rollout_lab.models.new_model import word_level_tokenizer
from rollout_lab.models.options import LoraOptions, TorchOptions, parse_options
from rollout_lab.models.saving import save_model
from rollout_lab.testing.tiny_models import CPU, WORDS, tiny_model
from rollout_lab.training.packed_forward import Wanted, run_batch

TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }} {% endfor %}{% if add_generation_prompt %}{{ eos_token }}{% endif %}"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    save_model(tiny_model(), folder, None, resumable=False, dtype="float32")
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    shutil.copytree(saved, tmp_path / "model")
    return tmp_path / "model"


def refused(folder: Path, options: TorchOptions = TorchOptions()) -> LabError:
    with pytest.raises(LabError) as caught:
        assemble(read_folder(str(folder), options, CPU), options, CPU)
    error = caught.value
    assert error.boundary == "model" and len(error.remedy) > 10 and error.place is not None
    return error


def edit_json(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def edit_tensors(folder: Path, edit: Callable[[dict[str, torch.Tensor]], None]) -> None:
    tensors = load_file(folder / "model.safetensors")
    edit(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def cut(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])


NORM = "model.norm.weight"
BROKEN: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "no folder": ("model/missing", lambda f: shutil.rmtree(f)),
    "no configuration": ("model/unreadable", lambda f: (f / "config.json").unlink()),
    "a configuration that is no JSON": ("model/unreadable", lambda f: cut(f / "config.json", 40)),
    "a configuration of a list": ("model/unreadable", lambda f: (f / "config.json").write_text("[]")),
    "an unknown architecture": ("model/bad-config", lambda f: edit_json(f / "config.json", model_type="nothing")),
    "sizes that make no sense": ("model/bad-config", lambda f: edit_json(f / "config.json", hidden_size="wide")),
    "layers without end": ("model/unsupported", lambda f: edit_json(f / "config.json", num_hidden_layers=10**9, layer_types=None)),
    "a model that no machine holds": ("model/too-large", lambda f: edit_json(f / "config.json", intermediate_size=2**40)),
    "code of its own": ("model/remote-code", lambda f: edit_json(f / "config.json", model_type="x", auto_map={"AutoConfig": "x.X"})),
    "quantised weights": ("model/unsupported", lambda f: edit_json(f / "config.json", quantization_config={"bits": 4})),
    "an end outside the vocabulary": ("model/unsupported", lambda f: edit_json(f / "generation_config.json", eos_token_id=[0, 70])),
    "no tokenizer": ("model/no-tokenizer", lambda f: (f / "tokenizer.json").unlink()),
    "a broken tokenizer": ("model/broken-tokenizer", lambda f: (f / "tokenizer.json").write_text('{"model": 3}')),
    "no weights": ("model/no-weights", lambda f: (f / "model.safetensors").unlink()),
    "pickled weights only": ("model/no-weights", lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin")),
    "weights that end early": ("model/broken-safetensors", lambda f: cut(f / "model.safetensors", 5000)),
    "an empty file of weights": ("model/broken-safetensors", lambda f: cut(f / "model.safetensors", 0)),
    "a missing tensor": ("model/wrong-weights", lambda f: edit_tensors(f, lambda t: t.pop(NORM))),
    "a tensor of another shape": ("model/wrong-weights", lambda f: edit_tensors(f, lambda t: t.update({NORM: torch.ones(7)}))),
    "a tensor too many": ("model/wrong-weights", lambda f: edit_tensors(f, lambda t: t.update({"model.more.weight": torch.ones(7)}))),
    "weights of whole numbers": ("model/broken-safetensors", lambda f: edit_tensors(
        f, lambda t: t.update({NORM: torch.ones(16, dtype=torch.int8)}))),
    "a number that is none": ("model/not-finite", lambda f: edit_tensors(f, lambda t: t.update({NORM: torch.full((16,), float("nan"))}))),
    "a head of three classes": ("model/wrong-weights", lambda f: edit_tensors(f, lambda t: t.update({"score.weight": torch.ones(3, 16)}))),
    "more words than embeddings": ("model/vocabulary", lambda f: edit_json(
        f / "tokenizer.json", model={"type": "WordLevel", "vocab": {str(i): i for i in range(9)}, "unk_token": "<unk>"})),
}


@pytest.mark.parametrize("name", BROKEN)
def test_says_what_is_wrong_with_a_folder(folder: Path, name: str) -> None:
    code, damage = BROKEN[name]
    damage(folder)
    assert refused(folder).code == code


def test_names_the_tensor_at_fault(folder: Path) -> None:
    edit_tensors(folder, lambda tensors: tensors.update({NORM: torch.ones(7)}))
    error = refused(folder)
    assert error.place == f"{folder / 'model.safetensors'}, {NORM}"
    assert "[7]" in error.message and "[16]" in error.message


def test_a_shard_that_is_missing_or_leads_away(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    for shard in ("model-1.safetensors", "../other/model.safetensors", "model.bin"):
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {NORM: shard}}))
        assert refused(folder).code == "model/wrong-weights"


def test_old_buffers_and_second_copies_are_tolerated(folder: Path) -> None:
    def add(tensors: dict[str, torch.Tensor]) -> None:
        tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()

    edit_tensors(folder, add)
    model = assemble(read_folder(str(folder), TorchOptions(), CPU), TorchOptions(), CPU)
    assert model.output_head().weight is model.causal.get_input_embeddings().weight


def test_masks_of_old_files_are_passed_over(tmp_path: Path) -> None:
    """Pythia's files hold masks of truth values, which its class says to pass over."""
    config = GPTNeoXConfig(
        vocab_size=7, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=32,
        bos_token_id=0, eos_token_id=0)
    GPTNeoXForCausalLM(config).save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text(json.dumps(word_level_tokenizer(WORDS)))
    for kind in (torch.bool, torch.uint8):
        mask = torch.ones((1, 1, 32, 32), dtype=kind)
        edit_tensors(tmp_path, lambda tensors: tensors.update({"gpt_neox.layers.0.attention.bias": mask}))
        assert read_folder(str(tmp_path), TorchOptions(), CPU).folder == tmp_path


def test_a_special_token_that_the_model_has_no_row_for(folder: Path) -> None:
    def add(special: bool) -> None:
        [end, *_] = json.loads((folder / "tokenizer.json").read_text())["added_tokens"]
        edit_json(folder / "tokenizer.json", added_tokens=[end, {**end, "id": 7, "content": "<image>", "special": special}])

    add(special=True)
    model = assemble(read_folder(str(folder), TorchOptions(), CPU), TorchOptions(), CPU)
    assert model.vocabulary_size == 7 and text.encode(model.tokenizer, model.place, "a b", 7) == [1, 2]
    with pytest.raises(LabError) as caught:
        text.encode(model.tokenizer, model.place, "a <image>", model.vocabulary_size)
    assert caught.value.code == "engine/unknown-word" and '"<image>" has the id 7' in caught.value.message
    add(special=False)
    assert refused(folder).code == "model/vocabulary"


def test_a_folder_of_the_hub_cache(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "models--org--name"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs" / "main").write_text("abc\n")
    (cache / "snapshots").mkdir()
    folder.rename(cache / "snapshots" / "abc")
    assert read_folder(str(cache), TorchOptions(), CPU).folder == cache / "snapshots" / "abc"


def test_a_model_that_was_never_downloaded() -> None:
    with pytest.raises(LabError) as caught:
        read_folder("nobody/nothing", TorchOptions(), CPU)
    assert caught.value.code == "model/missing" and "hf download nobody/nothing" in caught.value.remedy


@pytest.mark.parametrize(("generation", "config", "expected"), [
    ({"eos_token_id": [3, 1]}, 0, (3, 1)), ({}, 0, (0,)), ({"eos_token_id": None}, 2, (2,)), ({}, None, ())])
def test_ends_of_text(folder: Path, generation: dict[str, Any], config: int | None, expected: tuple[int, ...]) -> None:
    edit_json(folder / "config.json", eos_token_id=config)
    (folder / "generation_config.json").write_text(json.dumps(generation))
    description = read_folder(str(folder), TorchOptions(), CPU).description
    assert end_of_text_tokens(str(folder), description, 7) == expected


def test_the_tokenizers_own_end_comes_first(folder: Path) -> None:
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [3, 0, 2]}))
    assert read_folder(str(folder), TorchOptions(), CPU).tokenizer.eos_token_id == 0
    assert assemble(read_folder(str(folder), TorchOptions(), CPU), TorchOptions(), CPU).end_of_text_tokens == (0, 3, 2)


def test_types_of_weights(folder: Path) -> None:
    for given, weights, computed in (
        ({"dtype": "bfloat16"}, torch.float32, torch.bfloat16), ({"dtype": "bfloat16", "masterWeights": False}, torch.bfloat16, torch.bfloat16),
        ({}, torch.float32, torch.float32)
    ):
        options = parse_options(json.dumps(given))
        model = assemble(read_folder(str(folder), options, CPU), options, CPU)
        assert {parameter.dtype for parameter in model.trainable().values()} == {weights}
        assert model.compute_dtype == computed and model.packed
        model.add_reward_head()
        with model.autocast(), torch.no_grad():
            assert model.output_head()(torch.ones(1, 16, dtype=weights)).dtype == computed
            assert model.reward_head(torch.ones(1, 16, dtype=computed)).dtype == torch.float32


@pytest.mark.parametrize("masters", [True, False])
def test_types_of_an_adapter_and_of_what_is_below(folder: Path, tmp_path: Path, masters: bool) -> None:
    """What is frozen needs no master; what is trained is computed with as the rest is, and adds to exports as it is."""
    options = TorchOptions(dtype="bfloat16", master_weights=masters, lora=LoraOptions(2, 4, 0, ()))
    model = assemble(read_folder(str(folder), options, CPU), options, CPU)
    frozen = {each.dtype for name, each in model.causal.named_parameters() if not each.requires_grad}
    assert (frozen, {each.dtype for each in model.trainable().values()}) == ({torch.bfloat16}, {torch.float32})
    assert model.packed
    layer = model.causal.model.layers[0].self_attn.q_proj
    seen: list[torch.dtype] = []
    for part in (layer.base_layer, layer.lora_A.default, layer.lora_B.default):
        part.register_forward_hook(lambda _, given, made: seen.extend([given[0].dtype, made.dtype]))
    rows = run_batch(model, [{"prompt": [1, 2], "completion": [3]}], Wanted())
    rows.logprobs.sum().backward()
    assert set(seen) == {torch.bfloat16} and len(seen) == 6
    assert all(each.grad.dtype == torch.float32 for each in model.trainable().values())
    with torch.no_grad():
        layer.lora_B.default.weight.fill_(1e-3)
    save_model(model, tmp_path / "export", None, resumable=False, dtype="float32")
    exact = layer.base_layer.weight.float() + layer.get_delta_weight("default")
    assert torch.equal(load_file(tmp_path / "export" / "model.safetensors")["model.layers.0.self_attn.q_proj.weight"], exact)


def test_room_is_asked_for_by_the_types_of_weights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, bool]] = []
    monkeypatch.setattr(loading, "require_room", lambda _, __, weight_bytes, trains_all, ___: asked.append((weight_bytes, trains_all)))
    lora = LoraOptions(2, 4, 0, ())
    for options in (TorchOptions(), TorchOptions(dtype="bfloat16"), TorchOptions(dtype="bfloat16", lora=lora), TorchOptions(lora=lora)):
        read_folder(str(folder), options, CPU)
    assert asked == [(4, True), (4, True), (2, False), (4, False)]


def test_dropout_is_turned_off(folder: Path) -> None:
    edit_json(folder / "config.json", attention_dropout=0.3)
    network = read_folder(str(folder), TorchOptions(), CPU).network
    assert network.config.attention_dropout == 0.0


def test_layers_that_no_adapter_finds(folder: Path) -> None:
    error = refused(folder, TorchOptions(lora=LoraOptions(2, 4, 0, ("nowhere",))))
    assert error.code == "model/lora-targets" and "nowhere" in error.message


def test_an_adapter_of_another_strength(folder: Path, tmp_path: Path) -> None:
    options = TorchOptions(lora=LoraOptions(2, 4, 0, ()))
    model = assemble(read_folder(str(folder), options, CPU), options, CPU)
    save_model(model, tmp_path / "checkpoint", None, resumable=True, dtype="float32")
    for lora in (LoraOptions(2, 8, 0, ()), LoraOptions(3, 4, 0, ()), LoraOptions(2, 4, 0, ("q_proj",))):
        assert refused(tmp_path / "checkpoint", TorchOptions(lora=lora)).code == "model/wrong-weights"
    for changes in ({"r": "x"}, {"lora_alpha": -1}, {"base_model_name_or_path": None}):
        edit_json(tmp_path / "checkpoint" / "adapter_config.json", **changes)
        assert refused(tmp_path / "checkpoint", options).code == "model/bad-config"


def test_chat_templates(folder: Path) -> None:
    def rendered() -> list[str]:
        return text.render_chat(str(folder), read_folder(str(folder), TorchOptions(), CPU).description, [[{"role": "user", "content": "a"}]])

    with pytest.raises(LabError) as caught:
        rendered()
    assert caught.value.code == "model/no-chat-template"
    edit_json(folder / "tokenizer_config.json", chat_template=[{"name": "default", "template": TEMPLATE}, {"name": "tools", "template": "no"}])
    assert rendered() == ["user: a <eos>"]
    (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}!")
    assert rendered() == ["a!"]
    (folder / "chat_template.jinja").write_text("{{ raise_exception('no system') }}")
    with pytest.raises(LabError) as caught:
        rendered()
    assert caught.value.code == "model/chat-template" and "no system" in caught.value.message


def test_text_and_tokens(folder: Path) -> None:
    model = assemble(read_folder(str(folder), TorchOptions(), CPU), TorchOptions(), CPU)
    for words, tokens in (("a b f", [1, 2, 6]), ("", []), ("c", [3])):
        assert text.encode(model.tokenizer, model.place, words, model.vocabulary_size) == tokens
        assert text.decode(model.tokenizer, tokens) == words
    assert text.decode(model.tokenizer, [1, 0]) == "a"
    with pytest.raises(LabError) as caught:
        text.encode(model.tokenizer, model.place, "a banana b", model.vocabulary_size)
    assert caught.value.code == "engine/unknown-word" and '"banana"' in caught.value.message
