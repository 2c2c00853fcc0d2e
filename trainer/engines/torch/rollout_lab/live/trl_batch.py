"""The rows of one generation of TRL as rollouts: gathered from its reward functions, completed from its own tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from ctypes import c_float
from dataclasses import dataclass, field
from typing import Any

from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.rollout_record import Complain, problem_id, text_of
from rollout_lab.live.token_texts import turn_ends
from rollout_lab.live.trl_reading import (
    end_tokens,
    gold_of,
    group_size,
    names_of_rewards,
    tokenizer_of,
    weights_of_rewards,
)
from rollout_lab.live.trl_rewards import Scored
from rollout_lab.live.trl_tables import last_logged
from rollout_lab.live.trl_tools import Masks, completion_of

OTHER_ROWS = (
    "rollouts that other processes generated: TRL does not keep them, or keeps fewer than were generated at once (an "
    "evaluation's are kept without log_completions, or where its batch over all processes is no larger than "
    "generation_batch_size)"
)
UNKNOWN_SCORES = "rewards with a part whose scores this version of TRL does not tell (1.13 to 1.16 do)"
TOOL_TOKENS = (
    "which tokens of a completion are a tool's: all are recorded as the policy's, with a mask of 1, since this version "
    "of TRL does not tell (1.13 to 1.16 do)"
)
TOOL_TEXT = "where in a completion a tool's text stands: this kind of tokenizer does not tell; its tokens are masked"


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
    masks: Masks | None = None
    """0 = not the policy's; None where all tokens are, or where it is not told."""
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
    def spread(self) -> bool:
        """Whether other processes have rows too."""
        return self.trainer.accelerator.num_processes > 1

    @property
    def complete(self) -> bool:
        """Whether nothing more is to be told of the rewards: every one has been heard of, and all rows are here."""
        return len(self.by_function) == len(self.trainer.reward_funcs) and not self.spread


def rollouts_of(batch: TrlBatch, verdict: str | None, gold: str | None, complain: Complain) -> list[RolloutFields]:
    """The rows of this process, then those of others, of which TRL keeps texts alone. Rows follow each other by
    groups."""
    logged = None if batch.complete else last_logged(batch.trainer, batch.rows)
    if logged is None and batch.spread:
        complain(OTHER_ROWS)
    if getattr(batch.trainer, "tools", None) and batch.masks is None:
        complain(TOOL_TOKENS)
    rows = len(batch.completions) if logged is None else batch.rows
    return [_rollout(batch, row, logged, verdict, gold, complain) for row in range(rows)]


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
    batch: TrlBatch,
    row: int,
    logged: dict[str, Any] | None,
    verdict: str | None,
    gold: str | None,
    complain: Complain,
) -> RolloutFields:
    trainer = batch.trainer
    told = _told(batch, row, logged)
    scores = _applicable(told)
    weights = weights_of_rewards(trainer)
    whole = len(told) == len(weights)
    if not whole:
        complain(UNKNOWN_SCORES)
    fields: RolloutFields = {
        "group": (batch.number, row // group_size(trainer, batch.kind == "evaluation")),
        "rewards": scores,
        # As TRL totals them: what is not applicable is left out; nothing applicable = not scorable.
        "reward": sum(score * weights[name] for name, score in scores.items()) if scores and whole else None,
    }
    if verdict is not None and verdict in scores:
        fields["correct"] = scores[verdict] >= 0.5
    others = logged is not None and row >= len(batch.completions)
    prompt = logged["prompts"][row] if others else batch.first.prompts[row]
    if batch.spread:
        # Of rows of other processes neither the expected answer nor the prompt as the model reads it is known.
        fields["problem_id"] = problem_id(text_of(prompt))
    if others:
        return {**fields, "prompt": prompt, **completion_of(logged["completions"][row])}
    return {
        **fields,
        **_figures(batch, row, gold),
        **_prompt(trainer, prompt),
        **_completion(trainer, batch, row, complain),
    }


def _figures(batch: TrlBatch, row: int, gold: str | None) -> RolloutFields:
    seconds = sum(scored.seconds for scored in batch.by_function.values()) / max(1, len(batch.completions))
    fields: RolloutFields = {"sample_seconds": batch.sample_seconds, "reward_seconds": seconds}
    expected = gold_of(batch.first.columns, gold, row)
    return fields if expected is None else {**fields, "gold": expected}


def _told(batch: TrlBatch, row: int, logged: dict[str, Any] | None) -> dict[str, Any]:
    """What is known of a row's scores, by reward part."""
    found: dict[str, Any] = {}
    for index, name in enumerate(names_of_rewards(batch.trainer)):
        scored = batch.by_function.get(index)
        if scored is not None and row < len(scored.scores):
            # Equal scores of a group are to be equal, whichever process has its rows.
            found[name] = _single(scored.scores[row]) if batch.spread else scored.scores[row]
        elif logged is not None:
            found[name] = _single(logged["rewards"][batch.trainer.reward_func_names[index]][row])
    return found


def _applicable(told: Mapping[str, Any]) -> dict[str, float]:
    """Scores without those that are not applicable (None, NaN)."""
    return {name: float(score) for name, score in told.items() if score is not None and not math.isnan(float(score))}


def _single(score: Any) -> float | None:
    """A score by the digits that single precision keeps of it, in which TRL has those of other processes."""
    return None if score is None else float(f"{c_float(float(score)).value:.7g}")


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


def _completion(trainer: Any, batch: TrlBatch, row: int, complain: Complain) -> RolloutFields:
    """The completion as its tokens read, what tools said in between told from what the policy wrote."""
    tokens = [int(token) for token in batch.first.completion_ids[row]] if row < len(batch.first.completion_ids) else []
    if not tokens:
        return completion_of(batch.completions[row])
    written = [1] * len(tokens) if batch.masks is None else [1 if one else 0 for one in batch.masks[row]]
    fields: RolloutFields = {"tokens": tokens, "stop_reason": _stop_reason(trainer, tokens)}
    if getattr(trainer, "mask_truncated_completions", False) and _is_cut(trainer, tokens):
        fields["mask"] = [0] * len(tokens)
    elif 0 in written:
        fields["mask"] = written
    decoded = turn_ends(tokenizer_of(trainer), tokens, written)
    if decoded is not None:
        text, ends, told = decoded
        return {**fields, "completion": text, "token_ends": ends, **({"told": told} if told else {})}
    if 0 in written:
        complain(TOOL_TEXT)
    return {**fields, **completion_of(batch.completions[row])}


def _is_cut(trainer: Any, tokens: Sequence[int]) -> bool:
    """As TRL itself decides it: at whatever length, and padding is an end too."""
    return tokens[-1] not in end_tokens(trainer) and tokens[-1] != tokenizer_of(trainer).pad_token_id


def _stop_reason(trainer: Any, tokens: Sequence[int]) -> str:
    if tokens[-1] in end_tokens(trainer):
        return "endOfText"
    return "length" if len(tokens) >= (getattr(trainer, "max_completion_length", None) or math.inf) else "stopString"
