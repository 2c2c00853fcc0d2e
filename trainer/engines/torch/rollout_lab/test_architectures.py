"""Models of many kinds through the verbs, against transformers' own forward pass over one sequence at a time."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForCausalLM

from rollout_lab.models.description import TOKENIZER
from rollout_lab.models.loaded_model import trained_parameters
from rollout_lab.models.new_model import word_level_tokenizer
from rollout_lab.testing.local_engine import LocalEngine

VOCABULARY = 40
SMALL = {
    "vocab_size": VOCABULARY, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 64, "pad_token_id": None, "bos_token_id": None, "eos_token_id": 0
}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "Qwen3": ("qwen3", {}),
    "GPT-2: learnt positions, tied, dropout": ("gpt2", {"num_key_value_heads": 4, "resid_pdrop": 0.5, "embd_pdrop": 0.5, "attn_pdrop": 0.5}),
    "a mixture of experts, fused in memory": ("qwen3_moe", {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}),
    "Phi-3: fused projections": ("phi3", {"pad_token_id": 0}),
    "OLMo 2: norms after the blocks": ("olmo2", {}),
    "Granite: scaled logits": ("granite", {"logits_scaling": 3.0, "embedding_multiplier": 2.0}),
    "Cohere 2: scaled logits and windows": ("cohere2", {"sliding_window": 4}),
    "Gemma 2: soft-capped attention and logits": ("gemma2", {"sliding_window": 4, "pad_token_id": 0}),
    "Mistral: a sliding window": ("mistral", {"sliding_window": 4}),
    "gpt-oss: sinks and experts": ("gpt_oss", {"num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 4}),
    "DeepSeek-V3: latent attention": ("deepseek_v3", {
        "num_key_value_heads": 4, "head_dim": 4, "kv_lora_rank": 8, "q_lora_rank": 8, "qk_rope_head_dim": 4,
        "qk_nope_head_dim": 8, "v_head_dim": 6, "n_routed_experts": 4, "first_k_dense_replace": 1, "n_group": 1,
        "topk_group": 1, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "n_shared_experts": 1}),
    "Qwen3-Next: linear attention": ("qwen3_next", {
        "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 16,
        "linear_key_head_dim": 8, "linear_value_head_dim": 8, "linear_num_key_heads": 2, "linear_num_value_heads": 4,
        "layer_types": ["linear_attention", "full_attention"]}),
    "Mamba: a state space": ("mamba", {"state_size": 8}),
    "LFM 2: convolutions between": ("lfm2", {"layer_types": ["conv", "full_attention"]})
}
SEQUENCES = [
    {"prompt": [1, 2, 3], "completion": [4, 5, 6, 7, 8, 9, 10]}, {"prompt": [11], "completion": [12, 0]},
    {"prompt": [5, 6, 7, 8, 9, 10, 11, 12], "completion": [3]}, {"prompt": [30, 31], "completion": [32, 33, 34, 35]}
]
LOSS = {"terms": [{"kind": "crossEntropy", "weight": 1}], "normalisation": {"kind": "tokenMean"}}
SAMPLING = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "maxTokens": 12, "stop": []}


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine()


def write_model(folder: Path, kind: str, changes: dict[str, Any]) -> None:
    torch.manual_seed(3)
    config = AutoConfig.for_model(kind, **{**SMALL, **changes})
    network = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.15 * torch.randn_like(parameter))
    network.save_pretrained(folder)
    words = ["<eos>", *(f"w{number}" for number in range(1, VOCABULARY))]
    (folder / TOKENIZER).write_text(json.dumps(word_level_tokenizer(words)))


def own_logprobs(network: torch.nn.Module, sequence: dict[str, list[int]]) -> torch.Tensor:
    """[T]"""
    prompt, completion = sequence["prompt"], sequence["completion"]
    logits = network(input_ids=torch.tensor([prompt + completion]), use_cache=False).logits[0, len(prompt) - 1:-1]
    return logits.float().log_softmax(-1).gather(-1, torch.tensor(completion)[:, None])[:, 0]


def assert_same_gradients(engine: LocalEngine, own: dict[str, torch.nn.Parameter]) -> None:
    found = engine.call("gradients")
    gradients = {name: parameter.grad for name, parameter in own.items() if parameter.grad is not None}
    assert gradients and set(gradients) <= set(found)
    for name, gradient in gradients.items():
        difference = torch.tensor(found[name]).view_as(gradient) - gradient
        assert difference.norm() <= 1e-4 * gradient.norm() + 1e-7, name


@pytest.mark.parametrize("name", KINDS)
def test_computes_what_transformers_does(engine: LocalEngine, tmp_path: Path, name: str) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_model(first, *KINDS[name])
    network = AutoModelForCausalLM.from_pretrained(first, dtype=torch.float32).eval()
    engine.call("loadModel", source={"kind": "folder", "folder": str(first)})

    expected = [own_logprobs(network, sequence) for sequence in SEQUENCES]
    for scored, own in zip(engine.call("logprobs", sequences=SEQUENCES), expected):
        assert scored["logprobs_T"] == pytest.approx(own.tolist(), abs=1e-4)

    loss = -torch.cat(expected).mean()
    loss.backward()
    assert engine.call("forwardBackward", data=SEQUENCES, loss=LOSS)["loss"] == pytest.approx(loss.item(), abs=1e-4)
    assert_same_gradients(engine, dict(network.named_parameters()))

    request = {"call": 1, "parameters": SAMPLING, "finished": False, "partial": False}
    prompts = [{"tokens": sequence["prompt"], "seeds": [1, 2, 3]} for sequence in SEQUENCES]
    completions = engine.call("sample", prompts=prompts, **request)
    made = [{"prompt": prompts[each["promptIndex"]]["tokens"], "completion": each["tokens"]} for each in completions]
    for completion, scored in zip(completions, engine.call("logprobs", sequences=made)):
        assert completion["logprobs_T"] == pytest.approx(scored["logprobs_T"], abs=1e-4)

    engine.call("save", folder=str(second), optimizer=False, dtype="float32")
    again, info = AutoModelForCausalLM.from_pretrained(second, dtype=torch.float32, output_loading_info=True)
    assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert all(torch.equal(value, again.state_dict()[each]) for each, value in network.state_dict().items())


STEP = {
    "name": "adamw", "learningRate": 0.05, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0, "maxGradNorm": 0}


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith(("GPT-2", "a mixture", "Phi-3", "Gemma 2"))])
def test_adapters_are_merged_as_they_were_trained(tmp_path: Path, name: str) -> None:
    first, second, third = tmp_path / "first", tmp_path / "second", tmp_path / "third"
    write_model(first, *KINDS[name])
    engine = LocalEngine(lora={"rank": 2, "alpha": 4, "dropout": 0, "targets": []})
    engine.call("loadModel", source={"kind": "folder", "folder": str(first)})
    for _ in range(3):
        engine.call("forwardBackward", data=SEQUENCES, loss=LOSS)
        engine.call("optimStep", step=STEP)
    scores = engine.call("logprobs", sequences=SEQUENCES)
    engine.call("save", folder=str(second), optimizer=False, dtype="float32")
    network = AutoModelForCausalLM.from_pretrained(second, dtype=torch.float32).eval()
    for scored, sequence in zip(scores, SEQUENCES):
        assert scored["logprobs_T"] == pytest.approx(own_logprobs(network, sequence).tolist(), abs=1e-4)
    engine.call("save", folder=str(third), optimizer=True, dtype="float32")
    engine.call("load", folder=str(third), optimizer=True)
    assert engine.call("logprobs", sequences=SEQUENCES) == scores

    adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(first, dtype=torch.float32), third, is_trainable=True).eval()
    (-torch.cat([own_logprobs(adapted, sequence) for sequence in SEQUENCES]).mean()).backward()
    engine.call("forwardBackward", data=SEQUENCES, loss=LOSS)
    assert_same_gradients(engine, trained_parameters(adapted, None))
