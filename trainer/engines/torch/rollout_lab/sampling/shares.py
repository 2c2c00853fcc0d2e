"""Sharing out the rows of a call to threads."""
from __future__ import annotations

from itertools import groupby
from typing import Sequence

from rollout_lab.sampling.rows import SampledRow


def deal(rows: Sequence[SampledRow], threads: int) -> list[list[SampledRow]]:
    """At most `threads` shares of equal size, give or take one share's remainder. Each group goes whole to the least loaded share
    that it fits into, and one that fits nowhere is cut. The shares depend on the numbers of samples alone: who takes what must
    not depend on who is faster, since the rows of a batch decide how its sums are rounded."""
    most = -(-len(rows) // threads)
    shares: list[list[SampledRow]] = [[] for _ in range(threads)]
    for _, group in groupby(rows, key=lambda row: row.source.prompt_index):
        left = list(group)
        while left:
            share = min(shares, key=len)
            room = most - len(share)
            share += left[:room]
            left = left[room:]
    return [share for share in shares if share]
