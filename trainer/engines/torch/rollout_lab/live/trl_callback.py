"""A run of TRL's GRPOTrainer, or of another of its trainers with reward functions, recorded as it goes."""

from __future__ import annotations

import functools
import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from transformers import TrainerCallback

from rollout_lab.errors import LabError
from rollout_lab.live.remedies import remedy_shown
from rollout_lab.live.run_writer import RunWriter
from rollout_lab.live.trl_batch import TrlBatch, advantages_of, is_same_generation, note_ids, rollouts_of
from rollout_lab.live.trl_figures import Figures, rows_scored, watch_scores
from rollout_lab.live.trl_metrics import metrics_of
from rollout_lab.live.trl_models import given_to_rewards, scores_of_rewards, watch_rewards
from rollout_lab.live.trl_reading import (
    is_evaluating,
    model_name,
    names_of_rewards,
    recorder,
    require_reward_trainer,
    settings_of,
    source_of,
    weights_of_rewards,
)
from rollout_lab.live.trl_rewards import is_function, recording, scored_of
from rollout_lab.live.trl_tables import hold_evaluations, last_logged
from rollout_lab.live.trl_tools import masks_of, watch_generation

log = logging.getLogger("rollout_lab.live")
REFUSALS = ("run-exists", "run-in-use", "not-recorded", "compacted")
"""Mistakes in the choice of the folder are told before anything is trained; a disk that fails ends no training."""
NO_ROLLOUTS = (
    "rollouts: all rewards are models, and this version of TRL scores by them in another way (1.13 to 1.16 are known); "
    "a reward function beside them, with a weight of 0, lets them be recorded"
)
Method = TypeVar("Method", bound=Callable[..., Any])


def _never_fatal(method: Method) -> Method:
    """What goes wrong in recording ends the recording, never the training."""

    @functools.wraps(method)
    def guarded(self: RolloutLabCallback, *arguments: Any, **named: Any) -> None:
        if self.writer is None:
            return
        try:
            method(self, *arguments, **named)
        except Exception as error:
            self.writer.give_up(error)
            self.writer = None

    return guarded  # type: ignore[return-value]


class RolloutLabCallback(TrainerCallback):
    """Records a trainer of TRL: `trainer.add_callback(RolloutLabCallback(trainer))`.

    Prompts, completions, tokens and rewards come from the trainer's reward functions as they are called, or from its
    scoring as a whole where all rewards are models, so that they show before the update is made; advantages and what other processes generated from the tables of completions that
    TRL keeps; log-probabilities and entropies from its own pass over them. Of several processes the first one records.
    """

    def __init__(
        self,
        trainer: Any,
        folder: str | os.PathLike[str] | None = None,
        *,
        name: str | None = None,
        environment: str = "",
        notes: str = "",
        verdict: str | None = None,
        gold: str | None = None,
        go_on: bool = False,
    ) -> None:
        """`verdict`: the reward function whose score of at least 0.5 says that an answer is right. `gold`: the column of
        the data set that has the expected answer (default: `answer`, `solution`, `ground_truth` or `gold`). The others
        are those of `RunWriter.start`. @raises LabError `live/no-reward-functions`"""
        with remedy_shown():
            require_reward_trainer(trainer)
        self._trainer = trainer
        self._folder = folder
        self._terms = {
            "name": name or str(getattr(trainer.args, "run_name", None) or type(trainer).__name__),
            "environment": environment,
            "notes": notes,
            "go_on": go_on,
        }
        self._verdict = verdict
        self._gold = gold
        self._batch: TrlBatch | None = None
        self._generations = 0
        self._settled: TrlBatch | None = None
        self._figures: dict[str, Figures] = {}
        self._unwatch: list[Callable[[], None]] = []
        self._since = time.perf_counter()
        self._evaluated: int | None = None
        self._originals: list[Any] = []
        self._generated: Any = None
        self.writer: RunWriter | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        """@raises LabError where the folder is in use or holds something else: nothing was trained yet."""
        if not state.is_world_process_zero or self.writer is not None:
            return
        trainer = self._trainer
        try:
            self.writer = RunWriter.start(
                self._folder,
                model=model_name(trainer),
                steps=max(0, state.max_steps),
                seed=args.seed,
                rewards=names_of_rewards(trainer),
                weights=weights_of_rewards(trainer),
                settings=settings_of(trainer),
                source=source_of(trainer),
                recorded_by=recorder(trainer),
                **self._terms,
            )
        except Exception as error:
            if isinstance(error, LabError) and error.code in REFUSALS:
                raise
            log.warning("Rollout Lab does not record this run; training goes on.", exc_info=error)
            return
        log.info("Rollout Lab records this run in %s", self.writer.directory)
        self._originals = list(trainer.reward_funcs)
        trainer.reward_funcs[:] = [
            recording(one, index, self._take) if is_function(one) else one for index, one in enumerate(self._originals)
        ]
        self._hear(hold_evaluations(trainer))
        self._hear(watch_generation(trainer, self._take_generated))
        self._hear(watch_scores(trainer, self._take_scores))
        if not all(is_function(one) for one in self._originals):
            heard = self._hear(watch_rewards(trainer, self._take_rewards))
            if not heard and not self._has_functions:
                self._writer.complain(NO_ROLLOUTS)

    @property
    def _has_functions(self) -> bool:
        return any(is_function(one) for one in self._originals)

    def _hear(self, unwatch: Callable[[], None] | None) -> bool:
        if unwatch is not None:
            self._unwatch.append(unwatch)
        return unwatch is not None

    @_never_fatal
    def on_step_begin(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        self._settle()
        self._seal_evaluation()
        self._since = time.perf_counter()

    @_never_fatal
    def on_substep_end(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        self._settle()

    @_never_fatal
    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        self._settle()

    @_never_fatal
    def on_prediction_step(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        self._settle()
        self._since = time.perf_counter()

    @_never_fatal
    def on_step_end(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        self._settle()
        self._detail("train", state.global_step)
        self._writer.step(state.global_step)

    @_never_fatal
    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **named: Any) -> None:
        self._writer.log(state.global_step, metrics_of(logs or {}, getattr(args, "temperature", 1.0)))

    @_never_fatal
    def on_train_end(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        self._settle()
        self._seal_evaluation()
        self._writer.finish()
        self.writer = None
        self._trainer.reward_funcs[:] = self._originals
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch.clear()

    @property
    def _writer(self) -> RunWriter:
        assert self.writer is not None
        return self.writer

    @_never_fatal
    def _take(self, index: int, named: Mapping[str, Any], scores: Any, seconds: float) -> None:
        """A reward function was called. All those of a generation are given the same list of completions."""
        scored = scored_of(index, named, scores, seconds)
        batch = self._batch
        if batch is None or batch.completions is not scored.completions:
            self._settle()
            evaluating = is_evaluating(self._trainer)
            done = self._trainer.state.global_step
            self._generations += 1
            batch = self._batch = TrlBatch(
                self._trainer,
                self._generations,
                done if evaluating else done + 1,
                "evaluation" if evaluating else "train",
                scored,
                policy_version=done,
                sample_seconds=time.perf_counter() - self._since - scored.seconds,
                masks=masks_of(self._generated, scored.completion_ids),
            )
            self._generated = None
        batch.by_function[scored.index] = scored
        if batch.complete:
            self._record(batch)

    def _take_generated(self, generated: Any) -> None:
        self._generated = generated

    @_never_fatal
    def _take_rewards(self, arguments: tuple[Any, ...], result: Any, seconds: float) -> None:
        """TRL scored rows by all rewards: the scores of models are taken, functions have told theirs."""
        try:
            given = given_to_rewards(arguments)
            scores = scores_of_rewards(self._trainer, result, len(given["completions"]))
        except (TypeError, ValueError, AttributeError, IndexError, KeyError) as error:
            # What functions told is enough for rollouts; scores of models are looked for in TRL's tables then.
            if not self._has_functions:
                self._writer.complain(f"{NO_ROLLOUTS} ({type(error).__name__}: {error})")
            return
        # Another trainer's functions may have been given another list: their rows are not to be recorded twice.
        if self._has_functions and (self._batch is None or self._batch.completions is not given["completions"]):
            return
        models = [index for index, one in enumerate(self._originals) if not is_function(one)]
        for index in models:
            self._take(index, given, scores[index], 0.0 if self._has_functions else seconds / len(models))

    def _record(self, batch: TrlBatch) -> None:
        if batch.ids is None:
            rollouts = rollouts_of(batch, self._verdict, self._gold, self._writer.complain)
            ids = self._writer.sampled(batch.step, rollouts, kind=batch.kind, policy_version=batch.policy_version) or []
            note_ids(batch, rollouts, ids)

    def _settle(self) -> None:
        """The generation is over, and TRL has weighed it: advantages and rows of other processes are taken from its
        tables."""
        batch, self._batch = self._batch, None
        if batch is None:
            return
        self._record(batch)
        self._settled = batch
        if batch.kind == "evaluation":
            self._evaluated = batch.step
            return
        ids = batch.ids or []
        logged = last_logged(self._trainer, len(ids))
        if logged is not None and is_same_generation(batch, logged):
            self._writer.weighed(batch.step, dict(zip(ids, advantages_of(logged), strict=True)))
        else:
            self._writer.complain(
                "advantages: this version of TRL does not keep them where they are looked for (1.13 to 1.16 do)"
            )

    def _seal_evaluation(self) -> None:
        """An evaluation may be of several data sets; it is over when training goes on or ends."""
        if self._evaluated is not None:
            self._detail("evaluation", self._evaluated)
            self._writer.evaluated(self._evaluated)
        self._evaluated = None

    @_never_fatal
    def _take_scores(self, arguments: tuple[Any, ...], result: tuple[Any, ...]) -> None:
        """TRL scores rows for its loss, which it does after weighing. Figures of a policy that has been updated since
        are not the sampler's."""
        self._settle()
        batch = self._settled
        if batch is None or batch.policy_version != self._trainer.state.global_step:
            return
        try:
            rows = rows_scored(self._trainer, arguments, result)
        except (TypeError, ValueError, AttributeError, IndexError) as error:
            self._writer.complain(
                f"log-probabilities of tokens: this TRL computes them in another way ({type(error).__name__}: {error})"
            )
            return
        for tokens, figures in rows:
            for id_ in batch.by_tokens.get(tokens, ()):
                self._figures.setdefault(id_, figures)

    def _detail(self, kind: str, step: int) -> None:
        figures, self._figures = self._figures, {}
        self._writer.detailed(step, figures, kind=kind)
