"""Rewards that are models, with TRL itself."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from rollout_lab.live.disk import read_lines
from rollout_lab.testing.trl_trainers import brevity, config_of, recorded, tiny_tokenizer, trainer_of, transformers


def test_reward_models_and_weights_count(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer()
    judge = transformers.Qwen3ForSequenceClassification(config_of(tokenizer, num_labels=1))
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
    judge = transformers.Qwen3ForSequenceClassification(config_of(tiny_tokenizer(), num_labels=1))
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
    judges = [transformers.Qwen3ForSequenceClassification(config_of(tokenizer, num_labels=1)) for _ in range(2)]
    for judge, name in zip(judges, ("org/judge", "org/critic"), strict=True):
        judge.config._name_or_path = name
    trainer = trainer_of(tmp_path, list(judges), chat=chat, reward_weights=[2.0, 0.5], max_steps=2)
    seen: list[int] = []

    class Watch(transformers.TrainerCallback):
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
    judge = transformers.Qwen3ForSequenceClassification(config_of(tiny_tokenizer(), num_labels=1))
    judge.config._name_or_path = "org/judge"
    with caplog.at_level(logging.WARNING, "rollout_lab.live"):
        assert recorded(trainer_of(tmp_path, [judge]), tmp_path) == []
    assert "all rewards are models" in caplog.text
