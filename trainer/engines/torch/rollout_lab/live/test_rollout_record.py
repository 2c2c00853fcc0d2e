from __future__ import annotations

import math
from typing import Any

import pytest

from rollout_lab.live.rollout_record import (
    RolloutPlace,
    add_token_figures,
    problem_id,
    rollout_record,
    spread_advantage,
)

PLACE = RolloutPlace("train", "rl", 12, 1, 3, 5, 11, "sums", "2025-01-31T12:00:00.000Z")
PLAIN = {"prompt": "1 + 1 =", "completion": "2"}


def record_of(weights: dict[str, float] | None = None, **fields: Any) -> tuple[dict[str, Any], list[str]]:
    complaints: list[str] = []
    given: Any = {**PLAIN, **fields}
    return rollout_record(given, PLACE, weights or {}, complaints.append), complaints


def test_has_the_ids_of_the_trainer() -> None:
    record, _ = record_of()
    assert (record["id"], record["group"], record["policyVersion"]) == ("t000012.1-003-05", "t000012-003", 11)


def test_totals_are_weighted_sums() -> None:
    record, _ = record_of(
        {"format": 0.1},
        rewards={"answer": 1, "format": {"score": 0.5, "why": "short"}, "told": {"score": 2, "weight": 0}},
    )
    assert record["reward"]["total"] == pytest.approx(1.05)
    assert [(part["name"], part["weight"], part["why"]) for part in record["reward"]["parts"]] == [
        ("answer", 1.0, ""),
        ("format", 0.1, "short"),
        ("told", 0.0, ""),
    ]


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({}, None),
        ({"rewards": 2}, 2.0),
        ({"rewards": {"a": None, "b": 1}}, None),
        ({"rewards": {"a": {"score": None, "weight": 0}, "b": 1}}, 1.0),
        ({"rewards": {"a": 1}, "reward": 7}, 7.0),
        ({"rewards": {"a": math.nan}}, None),
        ({"rewards": {"a": 1e308, "b": 1e308}}, None),
    ],
)
def test_what_cannot_be_scored_is_null_and_never_zero(fields: dict[str, Any], total: float | None) -> None:
    record, _ = record_of(**fields)
    assert record["reward"]["total"] == total


def test_numbers_that_are_not_finite_are_told() -> None:
    record, _ = record_of(rewards={"a": math.inf})
    assert record["reward"]["parts"][0]["score"] is None
    assert record["errors"] == [{"boundary": "reward", "message": "The score of a is no finite number: inf"}]


@pytest.mark.parametrize(
    ("tokens", "advantage", "written"),
    [
        ([1, 2], 0.5, [0.5, 0.5]),
        ([1, 2], [1, 2], [1.0, 2.0]),
        ([], 0.5, [0.5]),
        ([1, 2], [1], None),
        ([1], math.nan, None),
        ([], [], None),
    ],
)
def test_advantages_are_of_each_token_or_of_the_whole(
    tokens: list[int], advantage: Any, written: list[float] | None
) -> None:
    record, complaints = record_of(tokens=tokens, advantage=advantage)
    assert record["segments"][0].get("advantages") == written
    assert len(complaints) == (written is None)


def test_an_advantage_of_zero_is_one() -> None:
    segment: dict[str, Any] = {"tokens": [1]}
    assert spread_advantage(segment, 0) and segment["advantages"] == [0.0]


def test_token_numbers_of_another_length_are_left_out() -> None:
    record, complaints = record_of(
        tokens=[1, 2],
        logprobs=[-1],
        entropies=[0.1, -1e-12],
        sampling_logprobs=[-1, -math.inf],
        token_ends=[1, 1],
        mask=[1, 0],
    )
    segment = record["segments"][0]
    assert (segment["logprobs"], segment["entropies"], segment["samplingLogprobs"]) == ([], [0.1, 0.0], [])
    assert (segment["tokenEnds"], segment["mask"]) == ([1, 1], [1, 0])
    assert len(complaints) == 2


def test_tool_output_is_not_the_policys() -> None:
    told = {"completion": "a\nx\nb", "tokens": [1, 2, 3], "token_ends": [1, 3, 5], "told": [(2, 3)]}
    record, complaints = record_of(**told, logprobs=[-1, -2, -3])
    segment = record["segments"][0]
    assert (segment["mask"], segment["logprobs"], complaints) == ([1, 0, 1], [-1.0, 0.0, -3.0], [])
    assert [(span["kind"], span["from"]) for span in segment["spans"]] == [("step", 0), ("tool", 2), ("step", 4)]
    add_token_figures(record, {"entropies": [0.1, 0.2, 0.3]}, complaints.append)
    assert segment["entropies"] == [0.1, 0.0, 0.3]
    assert record_of(**told, mask=[0, 0, 0])[0]["segments"][0]["mask"] == [0, 0, 0]


@pytest.mark.parametrize("told", [[(3, 2)], [(0, 9)], [(1,)], [(2, 3), (1, 2)], [(-1, 0)]])
def test_tool_output_stands_within_the_completion(told: list[tuple[int, ...]]) -> None:
    record, complaints = record_of(completion="a\nx\nb", told=told)
    assert len(complaints) == 1 and all(span["kind"] == "step" for span in record["segments"][0]["spans"])


@pytest.mark.parametrize("ends", [[1], [2, 1], [0, 2], [-1, 1]])
def test_token_ends_ascend_within_the_completion(ends: list[int]) -> None:
    record, complaints = record_of(tokens=[1, 2], token_ends=ends)
    assert record["segments"][0]["tokenEnds"] == [] and len(complaints) == 1


def test_messages_are_kept_and_joined() -> None:
    prompt = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": [{"type": "text", "text": "u"}, {"type": "image", "image": object()}]},
    ]
    record, _ = record_of(
        prompt=prompt, completion=[{"role": "assistant", "content": "a"}, {"role": "tool", "content": "t"}]
    )
    segment = record["segments"][0]
    assert segment["samplePrompt"] == {
        "text": "su",
        "tokens": [],
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
    }
    assert segment["text"] == "at"
    assert record_of(prompt=prompt, prompt_text="<s>su")[0]["segments"][0]["samplePrompt"]["text"] == "<s>su"


def test_equal_problems_have_equal_ids() -> None:
    assert problem_id("a", "b") == problem_id("a", "b") != problem_id("ab") != problem_id("a")
