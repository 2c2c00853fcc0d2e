"""A completion in the making: its tokens, text and reason to stop. The same rules as the embedded engine's `sampledRow.ts`."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rollout_lab.sampling.draws import draw_key
from rollout_lab.sampling.text import IncrementalText, utf16_length


@dataclass(frozen=True)
class RowSource:
    prompt_index: int
    sample_index: int
    prompt: tuple[int, ...]
    seed: int


@dataclass(frozen=True)
class RowEnd:
    end_of_text_tokens: frozenset[int]
    stop: tuple[str, ...]
    limit: int
    """Tokens at most: `maxTokens`, or what the prompt leaves of the context."""


class SampledRow:
    def __init__(self, source: RowSource, end: RowEnd, reader: IncrementalText, reported: int = 0) -> None:
        """`reported`: characters of its text that were told of before, where it is made again."""
        self.source = source
        self.end = end
        self.key = draw_key(source.seed)
        self.stop_reason: str | None = None
        self.tokens: list[int] = []
        self.text = ""
        self._reader = reader
        self.logprobs: list[float] = []
        self._sampling_logprobs: list[float] = []
        self._entropies: list[float] = []
        self._token_ends: list[int] = []
        self._utf16 = 0
        self.reported = reported
        if end.limit <= 0:
            self.finish("length")

    @property
    def remaining(self) -> int:
        return self.end.limit - len(self.tokens)

    def take(self, token: int, logprob: float, sampling_logprob: float, entropy: float) -> bool:
        """Adds a token and says whether the row goes on. Rounding can lift the logarithm of a probability of 1 above 0."""
        self.tokens.append(token)
        self.logprobs.append(min(0.0, logprob))
        self._sampling_logprobs.append(min(0.0, sampling_logprob))
        self._entropies.append(max(0.0, entropy))
        before = len(self.text)
        self._add_text(self._reader.push(token))
        self._token_ends.append(self._utf16)
        if token in self.end.end_of_text_tokens:
            self.finish("endOfText")
        elif self.end.stop and self._stops_from(before):
            self.finish("stopString")
        elif self.remaining <= 0:
            self.finish("length")
        return self.stop_reason is None

    def _add_text(self, piece: str) -> None:
        if piece:
            self.text += piece
            self._utf16 += utf16_length(piece)

    def _stops_from(self, before: int) -> bool:
        """Whether a stop string ends in the text from `before` on."""
        return any(self.text.find(stop, max(0, before - len(stop) + 1)) >= 0 for stop in self.end.stop)

    def finish(self, reason: str) -> None:
        self.stop_reason = reason
        self._add_text(self._reader.end())
        if self._token_ends:
            self._token_ends[-1] = self._utf16

    def score(self, logprobs: list[float], entropies: list[float]) -> None:
        """What another says of the tokens in place of who drew them."""
        self.logprobs, self._entropies = logprobs, entropies

    def new_text(self) -> str:
        """What was not reported before."""
        text = self.text[self.reported:]
        self.reported = max(self.reported, len(self.text))
        return text

    def completion(self, seconds: float) -> dict[str, Any]:
        """As the engine contract has it (`SampledCompletion`)."""
        return {
            "promptIndex": self.source.prompt_index, "sampleIndex": self.source.sample_index, "tokens": self.tokens,
            "text": self.text, "tokenEnds_T": self._token_ends, "logprobs_T": self.logprobs,
            "samplingLogprobs_T": self._sampling_logprobs, "entropies_T": self._entropies,
            "stopReason": self.stop_reason, "seconds": seconds,
        }
