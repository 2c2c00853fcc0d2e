"""A run directory written by a training loop that Rollout Lab did not start."""

from __future__ import annotations

import functools
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from rollout_lab.errors import LabError
from rollout_lab.live.clean_values import clean_text, finite_values
from rollout_lab.live.disk import replace_json
from rollout_lab.live.open_steps import OpenSteps
from rollout_lab.live.remedies import remedy_shown
from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.run_folder import RunFolder, open_run_folder
from rollout_lab.live.run_journal import STAGE, RunJournal
from rollout_lab.live.run_record import RunTerms
from rollout_lab.live.run_settings import checked_settings
from rollout_lab.live.run_totals import RunTotals
from rollout_lab.live.step_metrics import step_metrics

log = logging.getLogger("rollout_lab.live")
MOST_COMPLAINTS = 50
Method = TypeVar("Method", bound=Callable[..., Any])


def _never_fatal(method: Method) -> Method:
    """What goes wrong in recording ends the recording, never the training; a forked child writes nothing."""

    @functools.wraps(method)
    def guarded(self: RunWriter, *arguments: Any, **named: Any) -> Any:
        with self._turn:
            if self._closed or os.getpid() != self._process:
                return None
            try:
                return method(self, *arguments, **named)
            except Exception as error:
                self._give_up(error)
                return None

    return guarded  # type: ignore[return-value]


class RunWriter:
    """Writes a run as it goes. `start` may refuse; what comes after it never raises.

    run = RunWriter.start(name="my loop", model="Qwen/Qwen3-0.6B", steps=100)
    for step in range(1, 101):
        …
        run.step(step, rollouts=[{"prompt": p, "completion": c, "rewards": {"answer": 1.0}, "advantage": 0.7}, …])
    run.finish()
    """

    def __init__(self, folder: RunFolder, terms: RunTerms) -> None:
        self.directory = folder.directory
        self.run_id = folder.run_id
        self._terms = terms
        self._lock = folder.lock
        self._turn = threading.RLock()
        self._process = os.getpid()
        self._closed = False
        self._said: set[str] = set()
        self._last_step = folder.step
        self._planned = terms.steps
        self._totals = RunTotals()
        self._journal = RunJournal(self.directory, self.run_id, folder.seconds)
        self._steps = OpenSteps(self.directory, terms, self._journal, self._complain)
        told = {"runId": self.run_id, "directory": clean_text(str(self.directory)), "resumed": folder.resumed}
        self._journal.event("runStarted", self._last_step, **told, steps=self._planned)
        if not folder.resumed:
            self._journal.event("stageStarted", 0, stage=STAGE, steps=self._planned)
        self._write_state("running")

    @classmethod
    def start(
        cls,
        folder: str | os.PathLike[str] | None = None,
        *,
        name: str,
        model: str,
        environment: str = "",
        notes: str = "",
        steps: int = 0,
        seed: int = 0,
        rewards: Sequence[str] = (),
        weights: Mapping[str, float] | None = None,
        settings: Mapping[str, Any] | None = None,
        source: str = "",
        recorded_by: str = "rollout_lab.live",
        go_on: bool = False,
    ) -> RunWriter:
        """Makes the run directory; by default one under `.rollout-lab/runs` of the current folder, where the views
        look.

        `go_on=True` takes up the directory of an earlier process (a training that goes on from its checkpoint): of
        steps that are done again, what was recorded stays as superseded. The other arguments are explained at
        `RunTerms`. @raises LabError `run-exists`, `run-in-use`, `not-recorded`, `compacted`, `live/wrong-setting`, or
        what the disk says.
        """
        with remedy_shown():
            terms = RunTerms(
                name=name,
                model=str(model),
                environment=environment,
                notes=notes,
                steps=max(0, int(steps)),
                seed=max(0, int(seed)),
                rewards=tuple(rewards),
                weights=finite_values(weights or {}),
                settings=checked_settings(settings or {}),
                source=source,
                recorded_by=recorded_by,
            )
            opened = open_run_folder(folder, terms, go_on)
            try:
                return cls(opened, terms)
            except BaseException:
                opened.lock.release()
                raise

    @_never_fatal
    def sampled(
        self, step: int, rollouts: Sequence[RolloutFields], *, kind: str = "train", policy_version: int | None = None
    ) -> list[str]:
        """Records rollouts as soon as they are scored; the ids they get. `step` (or `evaluated`) closes the step later
        on."""
        return self._steps.record(step, rollouts, kind, policy_version)

    @_never_fatal
    def weighed(self, step: int, advantages: Mapping[str, Any], *, kind: str = "train") -> None:
        """Advantages by rollout id: one of the completion, or one of each token. They show once the step is closed."""
        self._steps.weigh(step, advantages, kind)

    @_never_fatal
    def detailed(self, step: int, figures: Mapping[str, Mapping[str, Sequence[float]]], *, kind: str = "train") -> None:
        """`logprobs`, `sampling_logprobs` and `entropies` ([T] each) by rollout id, where they are known later than
        the rollouts."""
        self._steps.detail(step, figures, kind)

    @_never_fatal
    def step(
        self,
        step: int,
        rollouts: Sequence[RolloutFields] = (),
        metrics: Mapping[str, Any] | None = None,
        *,
        policy_version: int | None = None,
    ) -> list[str]:
        """Records the rollouts of a step (1-based) and closes it; the ids they get.

        Metrics by the trainer's names (`loss/total`, `gradient/norm`, `kl/k3` …) show in its charts; what the rollouts
        say by themselves (`reward/mean`, `length/mean` …) is added.
        """
        ids = self._steps.record(step, rollouts, "train", policy_version)
        values = {**self._seal(step, "train"), **finite_values(metrics or {})}
        self._journal.measure(step, values)
        self._journal.event("stepFinished", step, stage=STAGE, metrics=values)
        self._last_step = max(self._last_step, step)
        self._write_state("running")
        return ids

    @_never_fatal
    def evaluated(
        self, step: int, rollouts: Sequence[RolloutFields] = (), *, policy_version: int | None = None
    ) -> list[str]:
        """Records rollouts of an evaluation made after `step` and closes it; the ids they get."""
        ids = self._steps.record(step, rollouts, "evaluation", policy_version)
        self._seal(step, "evaluation")
        return ids

    @_never_fatal
    def log(self, step: int, metrics: Mapping[str, Any]) -> None:
        """Further metrics of a step."""
        self._journal.measure(step, finite_values(metrics))

    @_never_fatal
    def plan(self, steps: int) -> None:
        """How many steps there will be, where it was not known at the start."""
        self._planned = max(0, int(steps))
        self._write_state("running")

    @_never_fatal
    def complain(self, what: str) -> None:
        """Says once, to people and in the run, what is left out of its records."""
        self._complain(what)

    @_never_fatal
    def finish(self) -> None:
        """The training has come to its end."""
        self._end("finished")

    @_never_fatal
    def stop(self) -> None:
        """The training was ended before its time."""
        self._end("stopped")

    @_never_fatal
    def fail(self, error: BaseException) -> None:
        """The training has failed: the run says why."""
        fault = {
            "code": "recorded/failed",
            "message": clean_text(f"{type(error).__name__}: {error}")[:2000],
            "remedy": "Look at the output of the program whose run this is.",
        }
        self._journal.event("runFailed", self._last_step, **fault)
        self._write_state("failed", fault)
        self._close()

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None:
            self.finish()
        elif isinstance(error, KeyboardInterrupt):
            self.stop()
        else:
            self.fail(error)

    @property
    def recording(self) -> bool:
        """False once it has ended, or had to give up."""
        return not self._closed

    def _seal(self, step: int, kind: str) -> dict[str, float]:
        """Closes the step's file, where rollouts were recorded; what training rollouts say by themselves."""
        records = self._steps.seal(step, kind)
        if records is None:
            return {}
        self._totals.add(records)
        return step_metrics(records) if kind == "train" else {}

    def _complain(self, what: str) -> None:
        if what in self._said or len(self._said) >= MOST_COMPLAINTS:
            return
        self._said.add(what)
        self._journal.event(
            "warning",
            self._last_step,
            code="recorded/left-out",
            message=clean_text(f"Left out of the records: {what}."),
        )
        log.warning("Rollout Lab leaves out of the records of %s: %s.", self.directory, what)

    def _write_state(self, status: str, fault: Mapping[str, str] | None = None) -> None:
        self._journal.state(status, self._last_step, self._planned, fault)

    def _end(self, state: str) -> None:
        for kind, step in self._steps.begun:
            self._seal(step, kind)
        summary = self._totals.summary(
            self.run_id, clean_text(self._terms.name), state, self._journal.seconds, self._terms.recorded_by
        )
        replace_json(self.directory / "summary.json", summary)
        self._journal.event("runFinished", self._last_step, state=state, summary=summary)
        self._write_state(state)
        self._close()

    @_never_fatal
    def give_up(self, error: Exception) -> None:
        """Recording ends, with a plain sentence; training goes on."""
        self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """What is no LabError is a fault of ours or of the caller: its trace is shown."""
        expected = isinstance(error, LabError)
        message = clean_text(error.message if expected else f"{type(error).__name__}: {error}")[:2000]
        remedy = error.remedy if expected else "What was recorded before is kept."
        log.warning(
            "Rollout Lab stops recording %s; training goes on. %s. %s",
            self.directory,
            message,
            remedy,
            exc_info=None if expected else error,
        )
        told = f"Recording stopped, training went on: {message}."
        try:
            self._write_state("failed", {"code": "recorded/stopped", "message": told, "remedy": remedy})
        except LabError as second:
            # The disk that ended the recording takes no state either: the run then shows as interrupted.
            log.debug("%s", second.message)
        self._close()

    def _close(self) -> None:
        self._closed = True
        self._steps.close()
        self._journal.close()
        try:
            self._lock.release()
        except (LabError, OSError) as error:
            log.warning("Rollout Lab could not give back %s: %s", self.directory, error)
