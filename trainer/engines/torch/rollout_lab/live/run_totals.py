"""What a recorded run used, for its summary."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

from rollout_lab.live.tool_tokens import written_of


class RunTotals:
    """Counts what was recorded by this process, evaluations included."""

    def __init__(self) -> None:
        self.rollouts = 0
        self.sampled_tokens = 0
        self.trained_tokens = 0
        self.reward_seconds = 0.0

    def add(self, records: Sequence[dict[str, Any]]) -> None:
        for record in records:
            segments = record["segments"]
            self.rollouts += 1
            self.sampled_tokens += sum(len(written_of(segment, segment["tokens"])) for segment in segments)
            # Tool output is computed with the rest.
            trained = sum(len(segment["tokens"]) for segment in segments) if record["kind"] == "train" else 0
            self.trained_tokens += trained
            self.reward_seconds += record["timing"]["rewardSeconds"]

    def summary(self, run_id: str, name: str, state: str, seconds: float, recorded_by: str) -> dict[str, Any]:
        """summary.json. Speeds are over all wall seconds: a loop does not tell what it spent on sampling."""
        wall = max(seconds, 1e-3)
        return {
            "version": 1,
            "runId": run_id,
            "name": name,
            "state": state,
            "heldOut": {},
            "retention": {},
            "throughput": {
                "rolloutsPerSecond": self.rollouts / wall,
                "sampledTokensPerSecond": self.sampled_tokens / wall,
                "trainedTokensPerSecond": self.trained_tokens / wall,
            },
            "cost": {
                "wallSeconds": seconds,
                "sampledTokens": self.sampled_tokens,
                "trainedTokens": self.trained_tokens,
                "rollouts": self.rollouts,
                "rewardSeconds": self.reward_seconds,
            },
            "versions": {"recorded by": recorded_by, "python": platform.python_version()},
        }
