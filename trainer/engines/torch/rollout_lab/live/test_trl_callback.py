"""With TRL itself, where it is installed; what the callback does live is shown in the TypeScript tests."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from rollout_lab.errors import LabError
from rollout_lab.live import RolloutLabCallback, RunWriter
from rollout_lab.live.disk import read_lines

MISSING = [name for name in ("torch", "trl", "datasets") if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(len(MISSING) > 0, reason=f"needs {', '.join(MISSING)}")
if not MISSING:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from datasets import Dataset
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        PreTrainedTokenizerFast,
        Qwen3Config,
        Qwen3ForCausalLM,
        Qwen3ForSequenceClassification,
        TrainerCallback,
    )
    from trl import GRPOConfig, GRPOTrainer

SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "max_position_embeddings": 128,
}
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = CHATML
    return fast


def config_of(tokenizer: PreTrainedTokenizerFast, **more: Any) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=len(tokenizer),
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **SIZES,
        **more,
    )


def brevity(completions: list[Any], **_named: Any) -> list[float]:
    texts = [one if isinstance(one, str) else one[0]["content"] for one in completions]
    return [len(set(text)) / 10 for text in texts]


def trainer_of(folder: Path, rewards: list[Any], *, chat: bool = False, **config: Any) -> GRPOTrainer:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = tiny_tokenizer()
    prompts = [[{"role": "user", "content": f"{i} + 1?"}] if chat else f"{i} + 1?" for i in range(4)]
    args = GRPOConfig(
        **{
            "output_dir": str(folder / "out"),
            "use_cpu": True,
            "bf16": False,
            "report_to": [],
            "save_strategy": "no",
            "disable_tqdm": True,
            "logging_steps": 1,
            "max_steps": 1,
            "per_device_train_batch_size": 4,
            "num_generations": 2,
            "max_completion_length": 6,
            **config,
        }
    )
    return GRPOTrainer(
        model=Qwen3ForCausalLM(config_of(tokenizer)),
        reward_funcs=rewards,
        args=args,
        processing_class=tokenizer,
        reward_processing_classes=[tiny_tokenizer() if isinstance(one, torch.nn.Module) else None for one in rewards],
        train_dataset=Dataset.from_list(
            [{"prompt": prompt, "solution": str(i + 1)} for i, prompt in enumerate(prompts)]
        ),
        eval_dataset=Dataset.from_list([{"prompt": prompt} for prompt in prompts]),
    )


def recorded(trainer: GRPOTrainer, folder: Path, **more: Any) -> list[dict[str, Any]]:
    trainer.add_callback(RolloutLabCallback(trainer, folder / "run", **more))
    trainer.train()
    return [
        row
        for name in sorted(os.listdir(folder / "run" / "rollouts"))
        for row in read_lines(folder / "run" / "rollouts" / name)
    ]


def test_conversations_are_recorded_as_the_model_reads_them(tmp_path: Path) -> None:
    rows = recorded(trainer_of(tmp_path, [brevity], chat=True), tmp_path)
    assert len(rows) == 4
    for row in rows:
        segment = row["segments"][0]
        prompt = segment["samplePrompt"]
        assert prompt["messages"] == [{"role": "user", "content": f"{int(row['gold']) - 1} + 1?"}]
        assert prompt["text"] == f"<|im_start|>user\n{int(row['gold']) - 1} + 1?<|im_end|>\n<|im_start|>assistant\n"
        assert len(segment["logprobs"]) == len(segment["entropies"]) == len(segment["tokens"]) > 0
        assert max(segment["logprobs"]) < 0


def test_log_probabilities_are_those_of_the_model(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, [brevity], learning_rate=0.0)
    rows = recorded(trainer, tmp_path)
    for row in rows:
        segment = row["segments"][0]
        prompt, completion = segment["samplePrompt"]["tokens"], segment["tokens"]
        with torch.no_grad():
            logits = trainer.model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
        expected = logits.gather(1, torch.tensor(completion)[:, None])[:, 0]
        assert torch.allclose(torch.tensor(segment["logprobs"]), expected, atol=1e-4)
        assert torch.allclose(torch.tensor(segment["entropies"]), -(logits.exp() * logits).sum(-1), atol=1e-4)


def test_at_another_temperature_they_are_of_the_distribution_sampled_from(tmp_path: Path) -> None:
    segments = [row["segments"][0] for row in recorded(trainer_of(tmp_path, [brevity], temperature=0.5), tmp_path)]
    assert all(
        segment["logprobs"] == segment["entropies"] == [] and len(segment["samplingLogprobs"]) == len(segment["tokens"])
        for segment in segments
    )
    metrics = read_lines(tmp_path / "run" / "metrics.jsonl")
    assert any("logged/entropy" in record["values"] for record in metrics) and not any(
        "policy/entropy" in record["values"] for record in metrics
    )


def test_reward_models_and_weights_count(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer()
    judge = Qwen3ForSequenceClassification(config_of(tokenizer, num_labels=1))
    judge.config._name_or_path = "org/judge"
    trainer = trainer_of(tmp_path, [brevity, judge], reward_weights=[2.0, 0.5])
    rows = recorded(trainer, tmp_path)
    assert len(rows) == 4
    for row in rows:
        parts = row["reward"]["parts"]
        assert [(part["name"], part["weight"]) for part in parts] == [
            ("brevity", 2.0),
            ("org/judge".split("/")[-1], 0.5),
        ]
        assert row["reward"]["total"] == pytest.approx(sum(part["score"] * part["weight"] for part in parts), abs=1e-6)
        assert "advantages" in row["segments"][0]


def test_an_evaluation_larger_than_the_tables_has_the_scores_of_models(tmp_path: Path) -> None:
    judge = Qwen3ForSequenceClassification(config_of(tiny_tokenizer(), num_labels=1))
    judge.config._name_or_path = "org/judge"
    trainer = trainer_of(
        tmp_path,
        [brevity, judge],
        per_device_train_batch_size=2,
        per_device_eval_batch_size=4,
        eval_strategy="steps",
        eval_steps=1,
    )
    rows = [row for row in recorded(trainer, tmp_path) if row["kind"] == "evaluation"]
    assert len(rows) == 8
    for row in rows:
        parts = row["reward"]["parts"]
        assert [part["name"] for part in parts] == ["brevity", "judge"]
        assert row["reward"]["total"] == pytest.approx(sum(part["score"] for part in parts), abs=1e-6)


@pytest.mark.parametrize("chat", [False, True])
def test_rewards_that_are_all_models_are_recorded_before_the_update_too(tmp_path: Path, chat: bool) -> None:
    tokenizer = tiny_tokenizer()
    judges = [Qwen3ForSequenceClassification(config_of(tokenizer, num_labels=1)) for _ in range(2)]
    for judge, name in zip(judges, ("org/judge", "org/critic"), strict=True):
        judge.config._name_or_path = name
    trainer = trainer_of(tmp_path, list(judges), chat=chat, reward_weights=[2.0, 0.5], max_steps=2)
    seen: list[int] = []

    class Watch(TrainerCallback):
        def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **named: Any) -> None:
            folder = tmp_path / "run" / "rollouts"
            seen.append(sum(len(list(read_lines(folder / name))) for name in os.listdir(folder)))

    trainer.add_callback(Watch())
    before = set(vars(trainer))
    rows = recorded(trainer, tmp_path)
    assert [row["step"] for row in rows] == [1] * 4 + [2] * 4 and seen == [4, 8]
    assert trainer.reward_funcs == judges and "_calculate_rewards" not in set(vars(trainer)) - before
    for row in rows:
        segment, parts = row["segments"][0], row["reward"]["parts"]
        assert [(part["name"], part["weight"]) for part in parts] == [("judge", 2.0), ("critic", 0.5)]
        assert row["reward"]["total"] == pytest.approx(sum(part["score"] * part["weight"] for part in parts), abs=1e-6)
        assert "advantages" in segment and len(segment["logprobs"]) == len(segment["tokens"]) > 0
        assert row["gold"] in {"1", "2", "3", "4"} and row["timing"]["rewardSeconds"] > 0
    logged = list(trainer._logs["rewards"]["judge"])[-4:]
    assert [row["reward"]["parts"][0]["score"] for row in rows[-4:]] == pytest.approx(logged, rel=1e-5)


def test_a_trainer_that_scores_by_models_in_another_way_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollout_lab.live.trl_models.SCORING", "_no_such_method")
    judge = Qwen3ForSequenceClassification(config_of(tiny_tokenizer(), num_labels=1))
    judge.config._name_or_path = "org/judge"
    with caplog.at_level(logging.WARNING, "rollout_lab.live"):
        assert recorded(trainer_of(tmp_path, [judge]), tmp_path) == []
    assert "all rewards are models" in caplog.text


def test_a_step_may_be_of_several_generations_and_passes(tmp_path: Path) -> None:
    trainer = trainer_of(
        tmp_path,
        [brevity],
        gradient_accumulation_steps=4,
        steps_per_generation=2,
        per_device_train_batch_size=2,
        max_steps=2,
    )
    rows = recorded(trainer, tmp_path)
    assert [len([row for row in rows if row["step"] == step]) for step in (1, 2)] == [8, 8]
    assert all("advantages" in row["segments"][0] and row["segments"][0]["logprobs"] for row in rows)
    assert len({row["id"] for row in rows}) == 16
    assert {row["sampleIndex"] for row in rows} == {0, 1}


def test_a_generation_may_serve_several_steps(tmp_path: Path) -> None:
    rows = recorded(trainer_of(tmp_path, [brevity], num_iterations=2, max_steps=4), tmp_path)
    assert [row["step"] for row in rows] == [1] * 4 + [3] * 4
    assert [
        record["step"] for record in read_lines(tmp_path / "run" / "events.jsonl") if record["type"] == "stepFinished"
    ] == [1, 2, 3, 4]


def test_unscored_rows_are_not_scorable(tmp_path: Path) -> None:
    def none_of_the_first(completions: list[str], **_named: Any) -> list[float | None]:
        return [None if i == 0 else float(i) for i in range(len(completions))]

    rows = recorded(trainer_of(tmp_path, [none_of_the_first]), tmp_path, verdict="none_of_the_first")
    assert [(row["reward"]["total"], row["correct"]) for row in rows] == [
        (None, None),
        (1.0, True),
        (2.0, True),
        (3.0, True),
    ]


def test_training_goes_on_where_recording_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = trainer_of(tmp_path, [brevity], max_steps=2)
    trainer.add_callback(RolloutLabCallback(trainer, tmp_path / "run"))

    def broken(*_arguments: Any, **_named: Any) -> Any:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("rollout_lab.live.trl_callback.rollouts_of", broken)
    with caplog.at_level(logging.WARNING, "rollout_lab.live"):
        trainer.train()
    assert trainer.state.global_step == 2
    assert caplog.text.count("training goes on") == 1
    assert json.loads((tmp_path / "run" / "state.json").read_text())["status"] == "failed"


def test_a_trainer_without_its_private_tables_is_recorded_without_advantages(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = trainer_of(tmp_path, [brevity])
    real = trainer._generate_and_score_completions

    def without_tables(inputs: Any) -> Any:
        output = real(inputs)
        trainer._logs["advantages"].clear()
        return output

    trainer._generate_and_score_completions = without_tables
    with caplog.at_level(logging.WARNING, "rollout_lab.live"):
        rows = recorded(trainer, tmp_path)
    assert len(rows) == 4 and all("advantages" not in row["segments"][0] for row in rows)
    assert "leaves out of the records" in caplog.text and "advantages: this version of TRL" in caplog.text


def test_a_trainer_that_scores_in_another_way_is_recorded_without_log_probabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unlike(_tensor: Any) -> Any:
        raise AttributeError("no such method")

    monkeypatch.setattr("rollout_lab.live.trl_figures._plain", unlike)
    with caplog.at_level(logging.WARNING, "rollout_lab.live"):
        rows = recorded(trainer_of(tmp_path, [brevity]), tmp_path)
    assert [("advantages" in row["segments"][0], row["segments"][0]["logprobs"]) for row in rows] == [(True, [])] * 4
    assert "log-probabilities of tokens" in caplog.text


def test_the_trainer_is_given_back_as_it_was(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, [brevity])
    before = dict(vars(trainer))
    recorded(trainer, tmp_path)
    assert "_get_per_token_logps_and_entropies" not in set(vars(trainer)) - set(before)
    assert trainer.reward_funcs == [brevity]


def test_a_folder_in_use_is_told_before_training(tmp_path: Path) -> None:
    run = RunWriter.start(tmp_path / "run", name="other", model="m")
    trainer = trainer_of(tmp_path, [brevity])
    trainer.add_callback(RolloutLabCallback(trainer, tmp_path / "run"))
    with pytest.raises(LabError, match="in use"):
        trainer.train()
    assert trainer.state.global_step == 0
    run.finish()


def test_other_trainers_are_refused() -> None:
    with pytest.raises(LabError) as refused:
        RolloutLabCallback(object())
    assert refused.value.code == "live/no-reward-functions" and "RunWriter" in refused.value.remedy


def test_training_begins_where_recording_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_trainer: Any) -> Any:
        raise AttributeError("another TRL")

    monkeypatch.setattr("rollout_lab.live.trl_callback.settings_of", broken)
    trainer = trainer_of(tmp_path, [brevity])
    trainer.add_callback(RolloutLabCallback(trainer, tmp_path / "run"))
    with caplog.at_level(logging.WARNING, "rollout_lab.live"):
        trainer.train()
    assert trainer.state.global_step == 1 and "does not record this run; training goes on" in caplog.text
