"""What TRL logs, by the names of the trainer's `METRIC_DEFINITIONS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rollout_lab.live.clean_values import finite

NAMES = {
    "loss": "loss/total",
    "grad_norm": "gradient/norm",
    "learning_rate": "optimizer/learningRate",
    "entropy": "policy/entropy",
    "kl": "kl/k3",
    "clip_ratio/low_mean": "ratio/clippedLow",
    "clip_ratio/high_mean": "ratio/clippedHigh",
    "sampling/sampling_logp_difference/mean": "mismatch/mean",
    "sampling/sampling_logp_difference/max": "mismatch/max",
}
"""TRL's estimate of the divergence is k3. Its entropy is that at the sampling temperature, and ours only where that is
1."""


def metrics_of(logs: Mapping[str, Any], temperature: float) -> dict[str, float]:
    """The known ones by our names, the others under `logged/`; those of evaluations and of the whole training are left
    out."""
    names = NAMES if temperature == 1 else {name: ours for name, ours in NAMES.items() if name != "entropy"}
    return {
        names.get(name, f"logged/{name.replace('/', '.')}"): value
        for name, given in logs.items()
        if not name.startswith(("eval_", "train_")) and (value := finite(given)) is not None
    }
