"""Training calls against one sequence at a time through transformers' own attention, one token at a time through the definitions."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from rollout_lab.errors import LabError
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.network import without_dropout
from rollout_lab.models.options import LoraOptions, TorchOptions
from rollout_lab.testing.naive_training import naive_forward_backward
from rollout_lab.testing.tiny_models import tiny_model
from rollout_lab.testing.train_data import COMBINED, NORMALISATIONS, TERMS, train_data
from rollout_lab.testing.training_checks import assert_close_gradients, assert_matches, clear, gradients, loss_of, never, with_head
from rollout_lab.training.forward_backward import forward_backward, head_values, logprobs
from rollout_lab.training.out_of_memory import TokenBudget

SHAPES: dict[str, dict[str, Any]] = {
    "Qwen3, tied head, shared keys": {},
    "Llama, untied head": {"architecture": "LlamaForCausalLM", "tiedHead": False},
    "Qwen2, biases, no shared keys": {"architecture": "Qwen2ForCausalLM", "keyValueHeads": 2}
}
OTHERS: dict[str, dict[str, Any]] = {
    "gemma2": {
        "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "intermediate_size": 24,
        "final_logit_softcapping": 2.0, "attn_logit_softcapping": 3.0},
    "gpt2": {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 96},
    "mamba": {"hidden_size": 16, "num_hidden_layers": 2, "state_size": 4}
}
"""Logits and scores that are capped, positions that are learned, and no attention at all."""


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return with_head(tiny_model())


@pytest.fixture(scope="module")
def data(model: LoadedModel) -> list[dict[str, Any]]:
    return train_data(model)


@pytest.mark.parametrize("term", TERMS.values(), ids=TERMS.keys())
def test_every_term_alone(model: LoadedModel, data: list[dict[str, Any]], term: dict[str, Any]) -> None:
    assert_matches(model, data, loss_of(term), tokens=24)


@pytest.mark.parametrize("normalisation", NORMALISATIONS, ids=str)
def test_terms_together_under_every_normalisation(model: LoadedModel, data: list[dict[str, Any]], normalisation: dict[str, Any]) -> None:
    assert_matches(model, data, loss_of(*COMBINED, TERMS["stepReward"], TERMS["pairs, ipo"], normalisation=normalisation), tokens=24)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("tokens", [1, 4096])
def test_shapes_of_models(shape: dict[str, Any], tokens: int) -> None:
    model = with_head(tiny_model(**shape))
    assert model.packed
    assert_matches(model, train_data(model), loss_of(*COMBINED, TERMS["valueRegression"]), tokens)


def test_padded_batches(data: list[dict[str, Any]]) -> None:
    model = with_head(tiny_model(TorchOptions(attention="eager")))
    assert not model.packed
    assert_matches(model, data, loss_of(*COMBINED, TERMS["stepReward"], TERMS["pairs, sigmoid"]), tokens=60)


@pytest.mark.parametrize("name", OTHERS)
def test_models_that_are_run_padded(data: list[dict[str, Any]], name: str) -> None:
    torch.manual_seed(3)
    config = AutoConfig.for_model(name, vocab_size=7, pad_token_id=None, bos_token_id=None, eos_token_id=0, **OTHERS[name])
    network = AutoModelForCausalLM.from_config(without_dropout(config)).eval()
    model = with_head(replace(tiny_model(), network=network, packed=False, reward_head=None))
    assert_matches(model, data, loss_of(*COMBINED, TERMS["stepReward"]), tokens=60)


def test_gradient_checkpointing(data: list[dict[str, Any]]) -> None:
    model = with_head(tiny_model(TorchOptions(gradient_checkpointing=True)))
    runs = 0

    def count(*_: Any) -> None:
        nonlocal runs
        runs += 1

    model.causal.model.layers[0].mlp.register_forward_pre_hook(count)
    forward_backward(model, data[:1], loss_of(*COMBINED), TokenBudget(4096), never)
    assert runs == 2
    assert_matches(model, data, loss_of(*COMBINED, TERMS["stepReward"]), tokens=24)
    assert not model.network.training


def test_adapters_alone_get_gradients(data: list[dict[str, Any]]) -> None:
    pytest.importorskip("peft")
    model = tiny_model(TorchOptions(lora=LoraOptions(4, 8, 0.0, ())))
    with torch.no_grad():
        for i, parameter in enumerate(model.trainable().values()):
            parameter.copy_(torch.linspace(-0.3, 0.3, parameter.numel()).roll(i).view(parameter.shape))
    assert all("lora_" in name for name in model.trainable())
    assert_matches(model, data, loss_of(*COMBINED), tokens=24)
    assert all(parameter.grad is None for parameter in model.causal.parameters() if not parameter.requires_grad)


def test_bfloat16_over_float32_weights_stays_near() -> None:
    exact, coarse = tiny_model(), tiny_model(TorchOptions(dtype="bfloat16"))
    data = train_data(exact)
    for model in (exact, coarse):
        model.result = forward_backward(model, data, loss_of(*COMBINED), TokenBudget(24), never)
    said = [torch.tensor([value for each in model.result["logprobs"] for value in each["logprobs_T"]]) for model in (exact, coarse)]
    assert 1e-6 < float((said[0] - said[1]).abs().mean()) < 0.05
    found, truth = gradients(coarse), gradients(exact)
    assert all(each.dtype == torch.float32 for each in found.values())
    flat = [torch.cat([each.flatten() for each in part.values()]) for part in (found, truth)]
    assert float(torch.cosine_similarity(*flat, dim=0)) > 0.98


def test_scoring(model: LoadedModel, data: list[dict[str, Any]]) -> None:
    truth = naive_forward_backward(model, data, loss_of(*COMBINED))
    for tokens in (1, 30, 4096):
        for found, said in zip(logprobs(model, data, TokenBudget(tokens), never), truth.said):
            assert found["logprobs_T"] == pytest.approx(said.logprobs.tolist(), abs=1e-5)
            assert found["entropies_T"] == pytest.approx(said.entropies.tolist(), abs=1e-5)
        for found, said in zip(head_values(model, data, TokenBudget(tokens), never), truth.said):
            assert found == pytest.approx(said.heads.tolist(), abs=1e-5)


def test_nothing_to_say_of_empty_completions(model: LoadedModel) -> None:
    empty = {"prompt": [1, 2], "completion": []}
    assert logprobs(model, [empty], TokenBudget(8), never) == [{"logprobs_T": [], "entropies_T": []}]
    assert logprobs(model, [], TokenBudget(8), never) == []
    assert head_values(model, [empty], TokenBudget(8), never) == [[]]
    clear(model)
    result = forward_backward(model, [empty], loss_of(*COMBINED), TokenBudget(8), never)
    assert (result["loss"], result["tokens"], result["meanRatio"]) == (0, 0, 1)


def test_report_of_ratios(model: LoadedModel, data: list[dict[str, Any]]) -> None:
    clear(model)
    result = forward_backward(model, data, loss_of(TERMS["token ratios, clipped"]), TokenBudget(24), never)
    kept = [
        (torch.tensor(logp - behaviour).exp().item(), advantage)
        for sequence, said in zip(data, result["logprobs"])
        for logp, behaviour, advantage, flag in zip(
            said["logprobs_T"], sequence["behaviourLogprobs_T"], sequence["advantages_T"], sequence["mask_T"]) if flag
    ]
    assert result["clippedLow"] == pytest.approx(sum(a < 0 and r < 0.8 for r, a in kept) / len(kept), abs=1e-12)
    assert result["clippedHigh"] == pytest.approx(sum(a > 0 and r > 1.3 for r, a in kept) / len(kept), abs=1e-12)
    assert result["clippedLow"] > 0.02 and result["clippedHigh"] > 0.02
    assert result["meanRatio"] == pytest.approx(sum(r for r, _ in kept) / len(kept), abs=1e-6)
    assert result["maxRatio"] == pytest.approx(max(r for r, _ in kept), abs=1e-6)
    assert result["tokens"] == sum(len(each["prompt"]) + len(each["completion"]) - 1 for each in data)


def test_masked_tokens_are_not_read(model: LoadedModel, data: list[dict[str, Any]]) -> None:
    def scrambled(sequence: dict[str, Any]) -> dict[str, Any]:
        loud = {
            "advantages_T": 1e3, "behaviourLogprobs_T": -500, "referenceLogprobs_T": 500, "weights_T": 1e3, "stepLabels_T": 0.5,
            "returns_T": 9
        }
        return sequence | {
            name: [value if flag else by for value, flag in zip(sequence[name], sequence["mask_T"])] for name, by in loud.items()
        }

    for term in TERMS.values():
        found = []
        for each in (data, [scrambled(sequence) for sequence in data]):
            clear(model)
            result = forward_backward(model, each, loss_of(term), TokenBudget(24), never)
            found.append((result, gradients(model)))
        assert found[0][0] == found[1][0]
        assert all(torch.equal(found[0][1][name], found[1][1][name]) for name in found[0][1])


def test_calls_add_up_to_one_batch(model: LoadedModel, data: list[dict[str, Any]]) -> None:
    masked = sum(sum(each["mask_T"]) for each in data)
    for kind, denominator in (("tokenMean", masked), ("sequenceMean", len(data))):
        clear(model)
        forward_backward(model, data, loss_of(*COMBINED, normalisation={"kind": kind}), TokenBudget(24), never)
        whole = {name: each.clone() for name, each in gradients(model).items()}
        clear(model)
        for part in (data[:2], data[2:]):
            shared = {"kind": kind, "denominator": denominator}
            forward_backward(model, part, loss_of(*COMBINED, normalisation=shared), TokenBudget(24), never)
        assert_close_gradients(gradients(model), whole, 1e-6)


def test_a_head_appears_with_its_first_term(data: list[dict[str, Any]]) -> None:
    model = tiny_model()
    forward_backward(model, data, loss_of(TERMS["crossEntropy"]), TokenBudget(24), never)
    assert model.reward_head is None
    result = forward_backward(model, data, loss_of(TERMS["stepReward"]), TokenBudget(24), never)
    assert result["termValues"] == pytest.approx([0.8 / 0.8 * 0.6931472], abs=1e-6)
    assert model.reward_head is not None and float(model.reward_head.weight.grad.norm()) > 0


@pytest.mark.parametrize("tensor", ["model.layers.1.mlp.down_proj.weight", "model.norm.weight"])
def test_numbers_that_are_not_finite_name_their_tensor_and_clear_the_gradient(data: list[dict[str, Any]], tensor: str) -> None:
    model = tiny_model()
    forward_backward(model, data, loss_of(*COMBINED), TokenBudget(24), never)
    with torch.no_grad():
        model.trainable()[tensor].view(-1)[3] = torch.inf
    for call in (
        lambda: logprobs(model, data, TokenBudget(24), never),
        lambda: forward_backward(model, data, loss_of(*COMBINED), TokenBudget(24), never)
    ):
        with pytest.raises(LabError) as raised:
            call()
        assert (raised.value.code, raised.value.place) == ("engine/not-finite", tensor)
    assert all(parameter.grad is None for parameter in model.trainable().values())


def test_a_ratio_beyond_all_numbers(model: LoadedModel) -> None:
    for behaviour in (-1e4, -400.0):
        far = {"prompt": [1, 2], "completion": [3, 4], "advantages_T": [1, -1], "behaviourLogprobs_T": [behaviour, -1]}
        with pytest.raises(LabError) as raised:
            forward_backward(model, [far], loss_of(TERMS["token ratios"]), TokenBudget(24), never)
        assert (raised.value.code, raised.value.place) == ("engine/not-finite", "loss term 0 (policyGradient)")


def test_cancelled_between_micro_batches(model: LoadedModel, data: list[dict[str, Any]]) -> None:
    asked = 0

    def third() -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    for call in (
        lambda: logprobs(model, data, TokenBudget(24), third),
        lambda: forward_backward(model, data, loss_of(*COMBINED), TokenBudget(24), third)
    ):
        asked = 0
        with pytest.raises(LabError) as raised:
            call()
        assert (raised.value.code, asked) == ("engine/cancelled", 3)
    assert all(parameter.grad is None for parameter in model.trainable().values())
