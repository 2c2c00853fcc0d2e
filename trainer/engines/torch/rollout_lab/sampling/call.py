"""The rows of one call: waiting, active and finished, and what is told of them."""
from __future__ import annotations

import math
import threading
import time
from typing import Any, Iterable, Protocol, Sequence

import torch

from rollout_lab.errors import not_finite
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling.rows import RowEnd, RowSource, SampledRow
from rollout_lab.sampling.text import text_readers


class Report(Protocol):
    """Told while sampling goes on; neither may raise."""

    def finished(self, completion: dict[str, Any]) -> None:
        ...

    def partial(self, prompt_index: int, sample_index: int, text: str) -> None:
        """New text of an unfinished completion."""
        ...

    def flush(self) -> None:
        """The end of a chunk: what was told may be sent."""
        ...


FIRST_REPORT, MOST_BETWEEN_REPORTS = 4, 32
"""Tokens: a view shows something at once, and later chunks grow so that reports stay cheap."""


class SampleCall:
    """All rows of a call, and who is told of them; several threads may report."""

    def __init__(
        self, model: LoadedModel, prompts: Sequence[dict[str, Any]], parameters: dict[str, Any], report: Report
    ) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._started = time.perf_counter()
        self._reader = text_readers(model.tokenizer)
        self._completions: dict[int, dict[str, Any]] = {}
        self.rows = self._make_rows(model, prompts, parameters)
        for row in self.rows:
            if row.stop_reason is not None:
                self.done(row)

    def _make_rows(
        self, model: LoadedModel, prompts: Sequence[dict[str, Any]], parameters: dict[str, Any]
    ) -> list[SampledRow]:
        ends, stop = frozenset(model.end_of_text_tokens), tuple(parameters["stop"])
        rows = []
        for index, prompt in enumerate(prompts):
            tokens = tuple(prompt["tokens"])
            end = RowEnd(ends, stop, min(parameters["maxTokens"], model.context_length - len(tokens)))
            sources = (RowSource(index, sample, tokens, seed) for sample, seed in enumerate(prompt["seeds"]))
            rows += [SampledRow(source, end, self._reader()) for source in sources]
        return rows

    @property
    def unfinished(self) -> list[SampledRow]:
        return [row for row in self.rows if row.stop_reason is None]

    def begin_again(self) -> None:
        """Fresh rows in the place of the unfinished ones."""
        self.rows = [
            row if row.stop_reason is not None else SampledRow(row.source, row.end, self._reader(), row.reported) for row in self.rows]

    def done(self, row: SampledRow) -> None:
        completion = row.completion(time.perf_counter() - self._started)
        with self._lock:
            self._completions[id(row)] = completion
            self._report.finished(completion)

    def tell(self, rows: Iterable[SampledRow | None]) -> None:
        """New text of unfinished rows: the end of a chunk."""
        with self._lock:
            for row in rows:
                text = "" if row is None or row.stop_reason is not None else row.new_text()
                if row is not None and text:
                    self._report.partial(row.source.prompt_index, row.source.sample_index, text)
            self._report.flush()

    def finish(self) -> list[dict[str, Any]]:
        """All completions in order; what is left was cancelled."""
        for row in self.unfinished:
            row.finish("cancelled")
            self.done(row)
        return [self._completions[id(row)] for row in self.rows]


class RowQueue:
    """The rows of a call that one thread makes, those that wait in front."""

    def __init__(self, call: SampleCall, rows: Sequence[SampledRow]) -> None:
        self.rows = rows
        self._call = call
        self._waiting = list(reversed(rows))
        self._next_report, self._between = FIRST_REPORT, FIRST_REPORT

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def next_prompt(self) -> int | None:
        """Prompt of the next waiting row."""
        return self._waiting[-1].source.prompt_index if self._waiting else None

    def next_row(self) -> SampledRow:
        return self._waiting.pop()

    def take(self, rows: Sequence[SampledRow | None], tokens: torch.Tensor, numbers: torch.Tensor) -> None:
        """Gives rows what steps made for them: tokens int64 [steps, B]; numbers [steps, 3, B]: log-probability, that under the
        sampling distribution, entropy. Rows that have ended, and places without one, are passed over."""
        if not math.isfinite(float(numbers.sum())):
            _refuse_not_finite(rows, numbers)
        for token, (logprob, sampling, entropy) in zip(tokens.tolist(), numbers.tolist()):
            for row, *values in zip(rows, token, logprob, sampling, entropy):
                if row is not None and row.stop_reason is None and not row.take(*values):
                    self._call.done(row)

    def tell(self, rows: Iterable[SampledRow | None], steps: int) -> None:
        """Tells the rows' new text, where enough steps (`steps` so far) have been made since the last time."""
        if steps >= self._next_report:
            self._between = min(2 * self._between, MOST_BETWEEN_REPORTS)
            self._next_report = steps + self._between
            self._call.tell(rows)


def _refuse_not_finite(rows: Sequence[SampledRow | None], numbers: torch.Tensor) -> None:
    active = [i for i, row in enumerate(rows) if row is not None and row.stop_reason is None]
    if not numbers[..., active].isfinite().all():
        raise not_finite("logits", "sampling")
