"""The rows of one generation of TRL as rollouts: gathered from its reward functions, completed from its own tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.token_texts import token_ends
from rollout_lab.live.trl_reading import (
    end_tokens,
    gold_of,
    group_size,
    last_logged,
    names_of_rewards,
    tokenizer_of,
    weights_of_rewards,
)
from rollout_lab.live.trl_rewards import Scored


@dataclass
class TrlBatch:
    """Rows that were generated together."""

    trainer: Any
    number: int
    """Of the generation: a step may be of several."""
    step: int
    kind: str
    first: Scored
    """The first call of a reward function with these rows."""
    policy_version: int
    """Optimiser steps that the policy had seen."""
    sample_seconds: float
    by_function: dict[int, Scored] = field(default_factory=dict)
    ids: list[str] | None = None
    """Of the rollouts, once they were recorded."""
    by_tokens: dict[tuple[int, ...], list[str]] = field(default_factory=dict)
    """Their ids by the tokens of prompt and completion, of those whose tokens are known."""

    @property
    def completions(self) -> Sequence[Any]:
        return self.first.completions

    @property
    def rows(self) -> int:
        """Over all processes."""
        return len(self.completions) * self.trainer.accelerator.num_processes

    @property
    def complete(self) -> bool:
        """Whether nothing more is to be told of the rewards: every one has been heard of, and all rows are here."""
        return len(self.by_function) == len(self.trainer.reward_funcs) and self.trainer.accelerator.num_processes == 1


def rollouts_of(batch: TrlBatch, verdict: str | None, gold: str | None) -> list[RolloutFields]:
    """The rows of this process, then those of others, of which TRL keeps texts alone. Rows follow each other by
    groups."""
    logged = None if batch.complete else last_logged(batch.trainer, batch.rows)
    rows = len(batch.completions) if logged is None else batch.rows
    return [_rollout(batch, row, logged, verdict, gold) for row in range(rows)]


def note_ids(batch: TrlBatch, rollouts: Sequence[RolloutFields], ids: list[str]) -> None:
    batch.ids = ids
    for fields, id_ in zip(rollouts, ids, strict=False):
        tokens = (*fields.get("prompt_tokens", ()), *fields.get("tokens", ()))
        batch.by_tokens.setdefault(tokens, []).append(id_)


def advantages_of(logged: dict[str, Any]) -> list[float]:
    """TRL keeps them in single precision: nine digits are all that there is."""
    return [float(f"{advantage:.9g}") for advantage in logged["advantages"]]


def is_same_generation(batch: TrlBatch, logged: dict[str, Any]) -> bool:
    """Whether what TRL keeps is of these rows: the rewards tell, which it keeps in single precision."""
    names = list(batch.trainer.reward_func_names)
    # Functions of the same name share a table.
    own = [(scored, names[index]) for index, scored in batch.by_function.items() if names.count(names[index]) == 1]
    return all(
        _same(score, kept)
        for scored, name in own
        for score, kept in zip(scored.scores, logged["rewards"][name], strict=False)
    )


def _same(score: Any, kept: float) -> bool:
    if score is None or math.isnan(float(score)):
        return math.isnan(kept)
    return math.isclose(float(score), kept, rel_tol=1e-5, abs_tol=1e-6) or float(score) == kept


def _rollout(
    batch: TrlBatch, row: int, logged: dict[str, Any] | None, verdict: str | None, gold: str | None
) -> RolloutFields:
    trainer = batch.trainer
    scores = _scores(batch, row, logged)
    weights = weights_of_rewards(trainer)
    fields: RolloutFields = {
        "group": (batch.number, row // group_size(trainer, batch.kind == "evaluation")),
        "rewards": scores,
        # As TRL totals them: what is not applicable is left out; nothing applicable = not scorable.
        "reward": sum(score * weights[name] for name, score in scores.items()) if scores else None,
    }
    if verdict is not None and verdict in scores:
        fields["correct"] = scores[verdict] >= 0.5
    if logged is not None and row >= len(batch.completions):
        return {**fields, "prompt": logged["prompts"][row], "completion": logged["completions"][row]}
    return {
        **fields,
        **_figures(batch, row, gold),
        **_prompt(trainer, batch.first.prompts[row]),
        **_completion(trainer, batch, row),
    }


def _figures(batch: TrlBatch, row: int, gold: str | None) -> RolloutFields:
    seconds = sum(scored.seconds for scored in batch.by_function.values()) / max(1, len(batch.completions))
    fields: RolloutFields = {"sample_seconds": batch.sample_seconds, "reward_seconds": seconds}
    expected = gold_of(batch.first.columns, gold, row)
    return fields if expected is None else {**fields, "gold": expected}


def _scores(batch: TrlBatch, row: int, logged: dict[str, Any] | None) -> dict[str, float]:
    """Scores by reward part, those left out that are not applicable (None, NaN)."""
    found: dict[str, Any] = {}
    for index, name in enumerate(names_of_rewards(batch.trainer)):
        scored = batch.by_function.get(index)
        if scored is not None and row < len(scored.scores):
            found[name] = scored.scores[row]
        elif logged is not None:
            found[name] = logged["rewards"][batch.trainer.reward_func_names[index]][row]
    return {name: float(score) for name, score in found.items() if score is not None and not math.isnan(float(score))}


def _prompt(trainer: Any, prompt: Any) -> RolloutFields:
    """The prompt as the model reads it."""
    tokenizer = tokenizer_of(trainer)
    if isinstance(prompt, str):
        return {"prompt": prompt, "prompt_tokens": tokenizer(prompt)["input_ids"]}
    options = getattr(trainer, "chat_template_kwargs", None) or {}
    template = getattr(trainer, "chat_template", None)
    text = tokenizer.apply_chat_template(
        prompt,
        tools=getattr(trainer, "tools", None) or None,
        chat_template=template,
        add_generation_prompt=True,
        tokenize=False,
        **options,
    )
    return {
        "prompt": prompt,
        "prompt_text": text,
        "prompt_tokens": tokenizer(text, add_special_tokens=False)["input_ids"],
    }


def _completion(trainer: Any, batch: TrlBatch, row: int) -> RolloutFields:
    """The completion as its tokens read; what tools said in between is not told from what the policy wrote."""
    tokens = [int(token) for token in batch.first.completion_ids[row]] if row < len(batch.first.completion_ids) else []
    if not tokens:
        return {"completion": batch.completions[row]}
    decoded = token_ends(tokenizer_of(trainer), tokens)
    reason = _stop_reason(trainer, tokens)
    fields: RolloutFields = {"tokens": tokens, "stop_reason": reason}
    if reason == "length" and getattr(trainer, "mask_truncated_completions", False):
        fields["mask"] = [0] * len(tokens)
    if decoded is None:
        return {**fields, "completion": batch.completions[row]}
    text, ends = decoded
    return {**fields, "completion": text, "token_ends": ends}


def _stop_reason(trainer: Any, tokens: Sequence[int]) -> str:
    if tokens[-1] in end_tokens(trainer):
        return "endOfText"
    return "length" if len(tokens) >= (getattr(trainer, "max_completion_length", None) or math.inf) else "stopString"
