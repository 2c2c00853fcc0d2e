"""A rollout as a line of the run's files, in the shape of the trainer's `protocol/rollout.ts`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollout_lab.errors import LabError
from rollout_lab.live.clean_values import clean_text, count, counts, finite, finite_list, plain_values, utf16_length
from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.spans import spans_of, spans_of_turns
from rollout_lab.live.tool_tokens import Range, is_tool

Record = dict[str, Any]
Complain = Callable[[str], None]
"""Takes what was left out of a record, and why."""

STOP_REASONS = ("endOfText", "stopString", "length", "cancelled", "error")
FIGURES = {"logprobs": "logprobs", "sampling_logprobs": "samplingLogprobs", "entropies": "entropies"}
"""Numbers of each token: the names that loops give them, and those of the records."""
ROLES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True)
class RolloutPlace:
    """Where in the run a rollout stands."""

    kind: str
    """`train` or `evaluation`."""
    stage: str
    step: int
    attempt: int
    group: int
    sample: int
    policy_version: int
    environment: str
    at: str
    """ISO 8601, UTC."""

    @property
    def prefix(self) -> str:
        return f"{'t' if self.kind == 'train' else 'e'}{self.step:06d}"


def rollout_record(
    fields: RolloutFields, place: RolloutPlace, weights: Mapping[str, float], complain: Complain
) -> Record:
    """Numbers that are not finite and lists of another length than the tokens are left out, and complained of."""
    errors: list[Record] = []
    prompt = prompt_record(fields)
    gold = fields.get("gold")
    segment = _segment(fields, prompt, complain)
    return {
        "version": 1,
        "id": f"{place.prefix}.{place.attempt}-{place.group:03d}-{place.sample:02d}",
        "kind": place.kind,
        "stage": place.stage,
        "step": place.step,
        "attempt": place.attempt,
        "superseded": False,
        "group": f"{place.prefix}-{place.group:03d}",
        "sampleIndex": place.sample,
        "problemId": (
            clean_text(str(fields["problem_id"])) if "problem_id" in fields else problem_id(prompt["text"], gold)
        ),
        "environment": place.environment,
        "params": plain_values(fields.get("params", {})),
        **({} if gold is None else {"gold": clean_text(str(gold))}),
        "segments": [segment],
        "answer": _optional_text(fields.get("answer")),
        "correct": None if fields.get("correct") is None else bool(fields["correct"]),
        "steps": [],
        "reward": _reward(fields, weights, errors),
        "policyVersion": place.policy_version,
        "seed": count(fields.get("seed", 0)) or 0,
        "timing": {
            "sampledAt": fields.get("sampled_at", place.at),
            "sampleSeconds": max(0.0, finite(fields.get("sample_seconds")) or 0.0),
            "rewardSeconds": max(0.0, finite(fields.get("reward_seconds")) or 0.0),
        },
        "errors": errors,
        "tags": {clean_text(str(name)): clean_text(str(value)) for name, value in fields.get("tags", {}).items()},
    }


def require_texts(fields: RolloutFields, step: int) -> None:
    """@raises LabError `live/no-text`"""
    for name in ("prompt", "completion"):
        if fields.get(name) is None:
            raise LabError(
                "usage",
                "live/no-text",
                f"a rollout of step {step} has no {name}",
                name,
                remedy="Give every rollout a prompt and a completion.",
            )


def text_of(value: Any) -> str:
    """The text of a prompt or a completion: as it is, or the contents of messages, images and the like left out."""
    if isinstance(value, str):
        return clean_text(value)
    return "".join(_content(message) for message in value)


def problem_id(prompt: str, gold: Any = None) -> str:
    """64 bits of SHA-256, so that equal problems have equal ids in every run."""
    content = f"{prompt}\0{'' if gold is None else clean_text(str(gold))}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def prompt_record(fields: RolloutFields) -> Record:
    prompt = fields["prompt"]
    text = clean_text(fields["prompt_text"]) if "prompt_text" in fields else text_of(prompt)
    record: Record = {"text": text, "tokens": counts(fields.get("prompt_tokens", ())) or []}
    if not isinstance(prompt, str) and all(message.get("role") in ROLES for message in prompt):
        record["messages"] = [{"role": message["role"], "content": _content(message)} for message in prompt]
    return record


def spread_advantage(segment: Record, advantage: Any) -> bool:
    """Writes an advantage into a segment: one for each token, or a single one where tokens are unknown. False = it is
    no such."""
    length = len(segment["tokens"])
    if isinstance(advantage, (list, tuple)):
        numbers = finite_list(advantage)
    else:
        number = finite(advantage)
        numbers = None if number is None else [number] * max(1, length)
    if numbers is None or len(numbers) != max(1, length):
        return False
    segment["advantages"] = numbers
    return True


def add_token_figures(record: Record, figures: Mapping[str, Sequence[float]], complain: Complain) -> None:
    """Writes `logprobs`, `sampling_logprobs` and `entropies` into a record; those that do not fit its tokens are left
    out."""
    segment = record["segments"][-1]
    for name, key in FIGURES.items():
        if name in figures:
            segment[key] = _figures(figures, name, is_tool(segment), complain)


def _segment(fields: RolloutFields, prompt: Record, complain: Complain) -> Record:
    text = text_of(fields["completion"])
    tokens = counts(fields.get("tokens", ()))
    if tokens is None:
        complain("tokens that are no token ids")
        tokens = []
    length = len(tokens)
    stop_reason = fields.get("stop_reason", "endOfText")
    told = _told(fields, text, complain)
    spans = spans_of_turns(text, told) if told else spans_of(text)
    ends = _token_ends(fields, text, length, complain)
    tool = is_tool({"tokens": tokens, "tokenEnds": ends, "spans": spans})
    segment: Record = {
        "samplePrompt": prompt,
        "text": text,
        "tokens": tokens,
        "tokenEnds": ends,
        **{key: _figures(fields, name, tool, complain) for name, key in FIGURES.items()},
        "mask": _mask(fields, tool, complain),
        "source": "policy",
        "spans": spans,
        "stopReason": stop_reason if stop_reason in STOP_REASONS else "endOfText",
    }
    advantage = fields.get("advantage")
    if advantage is not None and not spread_advantage(segment, advantage):
        complain("advantages that are not finite, or not one for each token")
    return segment


def _figures(fields: Mapping[str, Any], name: str, tool: Sequence[bool], complain: Complain) -> list[float]:
    numbers = _per_token(fields, name, len(tool), complain)
    # What a tool wrote has no probability under the policy.
    return [0.0 if told else number for number, told in zip(numbers, tool, strict=False)]


def _per_token(fields: Mapping[str, Any], name: str, length: int, complain: Complain) -> list[float]:
    given = fields.get(name)
    if given is None:
        return []
    numbers = finite_list(given)
    if numbers is None or len(numbers) != length:
        complain(f"{name} that are not finite, or not one for each token")
        return []
    # Rounding makes the entropy of a certain token a little less than 0.
    return [max(0.0, value) for value in numbers] if name == "entropies" else numbers


def _mask(fields: RolloutFields, tool: Sequence[bool], complain: Complain) -> list[int]:
    given = fields.get("mask")
    if given is not None and len(given) == len(tool):
        return [1 if kept else 0 for kept in given]
    if given is not None:
        complain("masks that are not one for each token")
    return [0 if told else 1 for told in tool]


def _told(fields: RolloutFields, text: str, complain: Complain) -> list[Range]:
    given = [tuple(one) for one in fields.get("told", ())]
    places = counts(place for one in given for place in one)
    last = utf16_length(text)
    pairs = all(len(one) == 2 for one in given)
    if places is not None and pairs and all(a <= b for a, b in zip(places, [*places[1:], last], strict=False)):
        return list(zip(places[::2], places[1::2], strict=True))
    complain("told that are not pairs of places in the completion, ascending")
    return []


def _token_ends(fields: RolloutFields, text: str, length: int, complain: Complain) -> list[int]:
    given = fields.get("token_ends")
    if given is None:
        return []
    ends = counts(given)
    last = utf16_length(text)
    if ends is not None and len(ends) == length and all(a <= b for a, b in zip(ends, [*ends[1:], last], strict=False)):
        return ends
    complain("token_ends that are not one for each token, ascending, within the completion")
    return []


def _reward(fields: RolloutFields, weights: Mapping[str, float], errors: list[Record]) -> Record:
    given = fields.get("rewards")
    scores = given if isinstance(given, Mapping) else {} if given is None else {"reward": given}
    parts = [_part(clean_text(str(name)), score, weights, errors) for name, score in scores.items()]
    if "reward" in fields:
        total = _score("the total", fields["reward"], errors)
    else:
        counted = [part for part in parts if part["weight"] != 0]
        known = bool(counted) and all(part["score"] is not None for part in counted)
        total = finite(sum(part["score"] * part["weight"] for part in counted)) if known else None
    return {"total": total, "parts": parts}


def _part(name: str, given: Any, weights: Mapping[str, float], errors: list[Record]) -> Record:
    told: Mapping[str, Any] = given if isinstance(given, Mapping) else {"score": given}
    weight = finite(told.get("weight", weights.get(name, 1.0)))
    return {
        "name": name,
        "score": _score(name, told.get("score"), errors),
        "weight": 0.0 if weight is None else weight,
        "why": clean_text(str(told.get("why", ""))),
    }


def _score(name: str, given: Any, errors: list[Record]) -> float | None:
    score = finite(given)
    if given is not None and score is None:
        errors.append(
            {"boundary": "reward", "message": f"The score of {name} is no finite number: {clean_text(str(given))[:80]}"}
        )
    return score


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return clean_text(content)
    blocks = content if isinstance(content, (list, tuple)) else ()
    return "".join(
        clean_text(block["text"])
        for block in blocks
        if isinstance(block, Mapping) and isinstance(block.get("text"), str)
    )


def _optional_text(value: Any) -> str | None:
    return None if value is None else clean_text(str(value))
