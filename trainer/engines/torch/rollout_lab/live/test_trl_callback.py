"""With TRL itself, where it is installed; what the callback does live is shown in the TypeScript tests."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from rollout_lab.errors import LabError
from rollout_lab.live import RolloutLabCallback, RunWriter
from rollout_lab.live.disk import read_lines
from rollout_lab.testing.trl_trainers import brevity, recorded, trainer_of


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
