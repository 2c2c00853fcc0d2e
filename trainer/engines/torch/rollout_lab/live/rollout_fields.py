"""What a training loop tells of one rollout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Union

Messages = Sequence[Mapping[str, Any]]
Score = Union[float, None]


class RewardPart(TypedDict, total=False):
    score: Score
    """None = not scorable, which is not the same as 0."""
    weight: float
    why: str


class RolloutFields(TypedDict, total=False):
    """`prompt` and `completion` are needed, everything else is optional. Lists run over completion tokens ([T])."""

    prompt: str | Messages
    completion: str | Messages
    rewards: float | Mapping[str, Score | RewardPart]
    """Scores by part; a number is one part named `reward`."""
    reward: Score
    """Where the total is not the weighted sum of the parts."""
    advantage: float | Sequence[float]
    """Of the whole completion, or of each token."""
    group: Any
    """Rollouts of equal `group` belong together; default: those of the same prompt."""
    problem_id: str
    gold: str
    """The expected answer."""
    answer: str
    """The answer that was found in the completion."""
    correct: bool
    prompt_text: str
    """The prompt as the model read it, where `prompt` is messages."""
    prompt_tokens: Sequence[int]
    tokens: Sequence[int]
    token_ends: Sequence[int]
    """Where in the completion each token's characters end, in UTF-16 units; see `token_ends()`."""
    logprobs: Sequence[float]
    """log-probability of each token under the policy at temperature 1, natural logarithm."""
    sampling_logprobs: Sequence[float]
    """The same under the distribution really sampled from."""
    entropies: Sequence[float]
    """Entropy of the policy's distribution before each token, in nats."""
    mask: Sequence[int]
    """1 = trained on; default: all are."""
    told: Sequence[tuple[int, int]]
    """Where in the completion tool output stands, ascending, in UTF-16 units: no steps and no answer are looked for
    there, and its tokens (those that end there) count nowhere as the policy's. Their `mask` is 0 unless it is given."""
    stop_reason: str
    """`endOfText` (the default), `stopString`, `length`, `cancelled` or `error`."""
    sampled_at: str
    sample_seconds: float
    reward_seconds: float
    seed: int
    params: Mapping[str, Any]
    """Difficulty and the like, for breakdowns."""
    tags: Mapping[str, str]
