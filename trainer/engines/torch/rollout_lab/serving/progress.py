"""Progress of a sampling call, gathered into one message per decoding chunk."""
from __future__ import annotations

from typing import Any, Callable, Dict, List, Set, Tuple

METHOD = "engine/progress"
NOTICE = "engine/notice"
"""The method of the notification that carries an `EngineNotice` (engine.ts)."""


class Progress:
    """What the sampler reports to. Completions that were reported are left out of the call's answer."""

    def __init__(self, notify: Callable[[str, Dict[str, Any]], None], call: int, finished: bool, partial: bool) -> None:
        self._notify = notify
        self._call = call
        self._wants_finished = finished
        self.wants_partial = partial
        """Where nobody listens, the sampler need not make texts."""
        self._finished: List[Dict[str, Any]] = []
        self._partial: List[Dict[str, Any]] = []
        self._reported: Set[Tuple[int, int]] = set()

    def finished(self, completion: Dict[str, Any]) -> None:
        if self._wants_finished:
            self._finished.append(completion)

    def partial(self, prompt_index: int, sample_index: int, text: str) -> None:
        if self.wants_partial and text:
            self._partial.append({"promptIndex": prompt_index, "sampleIndex": sample_index, "text": text})

    def flush(self) -> None:
        """Sends what was gathered; the sampler calls it at the end of each chunk."""
        if not self._finished and not self._partial:
            return
        self._notify(METHOD, {"call": self._call, "finished": self._finished, "partial": self._partial})
        self._reported.update((completion["promptIndex"], completion["sampleIndex"]) for completion in self._finished)
        self._finished, self._partial = [], []

    def unreported(self, completions: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        return [each for each in completions if (each["promptIndex"], each["sampleIndex"]) not in self._reported]
