"""Over a stand-in for a trainer of TRL: what several processes bring, of which a test with TRL itself has one."""

from __future__ import annotations

from ctypes import c_float
from types import SimpleNamespace
from typing import Any

import pytest

from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.trl_batch import OTHER_ROWS, TOOL_TEXT, TOOL_TOKENS, UNKNOWN_SCORES, TrlBatch, rollouts_of
from rollout_lab.live.trl_rewards import Scored

END, PAD = 1, 2
SINGLE = c_float(0.4).value
"""0.4 as TRL's tables have it."""
COMPLETIONS = ["a", "b"]


class Words:
    """A tokenizer of numbers."""

    eos_token_id = END
    pad_token_id = PAD

    def __call__(self, _text: str, **_named: Any) -> dict[str, list[int]]:
        return {"input_ids": [7]}

    def apply_chat_template(self, _messages: Any, **_named: Any) -> str:
        return "templated"

    def decode(self, tokens: list[int], **_named: Any) -> str:
        return "".join(str(token) for token in tokens)


def trainer_of(processes: int = 2, **more: Any) -> Any:
    prompt = [{"role": "user", "content": "1 + 1?"}]
    return SimpleNamespace(
        **{
            "accelerator": SimpleNamespace(num_processes=processes),
            "reward_funcs": [len],
            "reward_func_names": ["flat"],
            "num_generations": 4,
            "processing_class": Words(),
            "model": SimpleNamespace(),
            "max_completion_length": 3,
            "_logs": {
                "advantages": [0.0] * 4,
                "prompt": [prompt] * 4,
                "completion": [*COMPLETIONS, "c", "d"],
                "rewards": {"flat": [SINGLE] * 4},
            },
            **more,
        }
    )


def batch_of(trainer: Any, ids: list[list[int]] | None = None, kind: str = "train") -> TrlBatch:
    prompts = [[{"role": "user", "content": "1 + 1?"}]] * 2
    columns = {"answer": ["2", "2"]}
    scored = Scored(0, prompts, COMPLETIONS, ids or [[3, END], [4, END]], columns, [0.4, 0.4], 0.0)
    batch = TrlBatch(trainer, 1, 1, kind, scored, policy_version=0, sample_seconds=0.0)
    batch.by_function[0] = scored
    return batch


def told(batch: TrlBatch) -> tuple[list[RolloutFields], list[str]]:
    complaints: list[str] = []
    return rollouts_of(batch, None, None, complaints.append), complaints


def test_rows_of_a_group_are_alike_whichever_process_has_them() -> None:
    rows, complaints = told(batch_of(trainer_of()))
    assert [row["rewards"] for row in rows] == [{"flat": 0.4}] * 4 and complaints == []
    assert len({row["group"] for row in rows}) == len({row["problem_id"] for row in rows}) == 1
    assert ["tokens" in row for row in rows] == [True, True, False, False]


def test_scores_of_one_process_keep_all_their_digits() -> None:
    trainer = trainer_of(processes=1)
    batch = batch_of(trainer)
    batch.first.scores[0] = batch.first.scores[1] = 1 / 3
    rows, _complaints = told(batch)
    assert [row["reward"] for row in rows] == [1 / 3] * 2 and not any("problem_id" in row for row in rows)


def test_rows_that_the_tables_do_not_hold_are_told_of() -> None:
    trainer = trainer_of()
    trainer._logs["completion"].pop()
    rows, complaints = told(batch_of(trainer, kind="evaluation"))
    assert [row["reward"] for row in rows] == [0.4, 0.4] and complaints == [OTHER_ROWS]
    assert {row["problem_id"] for row in rows} == {row["problem_id"] for row in told(batch_of(trainer_of()))[0]}


def test_a_score_that_is_not_told_leaves_no_total() -> None:
    trainer = trainer_of(processes=1, reward_funcs=[len, object()], reward_func_names=["flat", "judge"], _logs={})
    rows, complaints = told(batch_of(trainer))
    assert [(row["rewards"], row["reward"]) for row in rows] == [({"flat": 0.4}, None)] * 2
    assert set(complaints) == {UNKNOWN_SCORES}
    trainer._logs = {
        "advantages": [0.0] * 2,
        "prompt": ["p"] * 2,
        "completion": COMPLETIONS,
        "rewards": {"flat": [SINGLE] * 2, "judge": [SINGLE, float("nan")]},
    }
    rows, complaints = told(batch_of(trainer))
    assert [row["reward"] for row in rows] == [0.8, 0.4] and complaints == []


@pytest.mark.parametrize("masking", [True, False])
def test_completions_are_masked_as_trl_masks_them(masking: bool) -> None:
    trainer = trainer_of(processes=1, mask_truncated_completions=masking)
    ended, cut = told(batch_of(trainer, [[3, END], [4, 5]]))[0]
    padded, long = told(batch_of(trainer, [[3, PAD], [4, 5, 6]]))[0]
    assert [row.get("mask") for row in (ended, padded)] == [None, None]
    assert [row.get("mask") for row in (cut, long)] == ([[0, 0], [0, 0, 0]] if masking else [None, None])


def test_tokens_of_tools_that_are_not_told_are_told_of() -> None:
    assert told(batch_of(trainer_of(processes=1, tools=[print])))[1] == [TOOL_TOKENS]


@pytest.mark.parametrize("masking", [True, False])
def test_tokens_of_tools_are_masked(masking: bool) -> None:
    trainer = trainer_of(processes=1, tools=[print], mask_truncated_completions=masking)
    batch = batch_of(trainer, [[3, 4, END], [3, 4, 5]])
    batch.masks = [[1, 0, 1], [1, 1, 0]]
    (ended, cut), complaints = told(batch)
    assert (ended.get("mask"), cut.get("mask")) == ([1, 0, 1], [0, 0, 0] if masking else [1, 1, 0])
    assert set(complaints) == {TOOL_TEXT}


def test_tool_output_of_other_processes_is_marked_in_their_messages() -> None:
    trainer = trainer_of()
    roles = ("assistant", "tool", "tool", "assistant")
    trainer._logs["completion"][2] = [{"role": role, "content": text} for role, text in zip(roles, "axyb", strict=True)]
    rows, complaints = told(batch_of(trainer))
    assert (rows[2]["completion"], rows[2].get("told"), rows[3]["completion"]) == ("a\nxy\nb", [(2, 4)], "d")
    assert complaints == []
