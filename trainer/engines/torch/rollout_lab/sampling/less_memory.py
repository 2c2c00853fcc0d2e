"""A sampling call whose memory runs out goes on with half as much at a time. Rows draw from seeds of their own, so that those that
begin again become what they would have been."""
from __future__ import annotations

from typing import Callable

from rollout_lab.errors import LabError
from rollout_lab.sampling.call import SampleCall
from rollout_lab.sampling.plan import Limits
from rollout_lab.training.out_of_memory import Told, failure_of_memory, free_memory


def run_in_memory(call: SampleCall, limits: Limits, work: Callable[[Limits], None], release: Callable[[], object], told: Told) -> None:
    """Does the work, again and again where memory runs out; `release` gives back what is kept between calls. Rejects with
    `engine/out-of-memory` where one row alone is too much."""
    while (failure := failure_of_memory(lambda: work(limits))) is not None:
        release()
        free_memory()
        rows = len(call.unfinished)
        if rows == 0:
            return
        if limits.lanes == 1:
            raise _too_much(failure)
        limits = limits.halved(rows)
        call.begin_again()
        told({"kind": "outOfMemory", "detail": f"sampling goes on with {limits.lanes} completions at a time ({failure})"})


def _too_much(failure: str) -> LabError:
    return LabError(
        "engine", "engine/out-of-memory", f"A single completion is too much for the device's memory ({failure})",
        remedy='Lower max tokens, take "dtype": "bfloat16" without masters, "lora" or a smaller model, or end other programs that use the '
        "device.")
