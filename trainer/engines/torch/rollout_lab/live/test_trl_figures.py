"""Log-probabilities and entropies of tokens, with TRL itself."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from rollout_lab.live.disk import read_lines
from rollout_lab.testing.trl_trainers import brevity, recorded, torch, trainer_of


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
