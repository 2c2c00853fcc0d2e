from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rollout_lab.live.trl_tools import masks_of


@pytest.mark.parametrize(
    ("masks", "found"),
    [
        ([[1, 0], [1]], [[1, 0], [1]]),
        (None, None),
        ([[1, 0]], None),
        ([[1], [1]], None),
        ([1, 1], None),
        (["ab", "c"], None),
    ],
)
def test_masks_fit_the_completions_that_they_are_of(masks: Any, found: Any) -> None:
    ids = [[5, 6], [7]]
    assert masks_of(([], ids, masks, []), ids) == found


def test_masks_of_other_completions_are_not_taken() -> None:
    assert masks_of(([], [[5]], [[0]]), [[5]]) is None
    assert masks_of(None, [[5]]) is None


def test_what_an_environment_wrote_is_no_token_of_the_policy(tmp_path: Path) -> None:
    from rollout_lab.testing.trl_trainers import brevity, recorded, trainer_of

    def rollouts(prompts: list[str], trainer: Any) -> dict[str, Any]:
        encode = trainer.processing_class.encode
        turns = [(encode("ab"), 1), (encode("xyz"), 0), ([*encode("c"), trainer.processing_class.eos_token_id], 1)]
        tokens = [token for ids, _written in turns for token in ids]
        mask = [written for ids, written in turns for _token in ids]
        rows = len(prompts)
        return {
            "prompt_ids": [encode(prompt) for prompt in prompts],
            "completion_ids": [list(tokens) for _ in range(rows)],
            "logprobs": [[-1.0] * len(tokens)] * rows,
            "env_mask": [list(mask) for _ in range(rows)],
        }

    trainer = trainer_of(tmp_path, [brevity], rollout_func=rollouts, max_completion_length=8)
    before = set(vars(trainer))
    rows = recorded(trainer, tmp_path)
    assert len(rows) == 4 and "_generate" not in set(vars(trainer)) - before
    for row in rows:
        segment = row["segments"][0]
        assert (segment["text"], segment["mask"]) == ("ab\nxyz\nc", [1, 1, 0, 0, 0, 1, 1])
        assert [(span["kind"], span["from"], span["to"]) for span in segment["spans"]] == [
            ("step", 0, 2),
            ("tool", 3, 6),
            ("step", 7, 8),
        ]
        assert [value == 0 for value in segment["logprobs"]] == [False, False, True, True, True, False, False]
    metrics = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert json.loads(metrics[0])["values"]["length/mean"] == 4
    assert "Left out" not in (tmp_path / "run" / "events.jsonl").read_text()
