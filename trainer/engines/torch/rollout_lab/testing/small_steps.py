"""Data, loss and optimiser steps of engines that train on next to nothing."""
from __future__ import annotations

from rollout_lab.testing.local_engine import LocalEngine

LOSS = {"terms": [{"kind": "crossEntropy", "weight": 1}], "normalisation": {"kind": "tokenMean"}}
DATA = [{"prompt": [1, 2], "completion": [3, 4, 0]}, {"prompt": [5], "completion": [2, 2]}]
STEP = {
    "name": "adamw", "learningRate": 0.02, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0, "maxGradNorm": 0}
LORA = {"rank": 2, "alpha": 4, "dropout": 0.1, "targets": ["q_proj", "v_proj", "down_proj"]}


def train(engine: LocalEngine, steps: int) -> None:
    for _ in range(steps):
        engine.call("forwardBackward", data=DATA, loss=LOSS)
        engine.call("optimStep", step=STEP)
