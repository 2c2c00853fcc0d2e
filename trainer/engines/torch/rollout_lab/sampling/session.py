"""The loop of one call: rows come into lanes, steps run, rows that ended leave and waiting ones take their lanes."""
from __future__ import annotations

from collections import deque

from rollout_lab.devices.transfer import on_device
from rollout_lab.sampling.call import RowQueue
from rollout_lab.sampling.cancellation import Cancellation
from rollout_lab.sampling.draws import uniform_draws
from rollout_lab.sampling.key_values import KeyValues
from rollout_lab.sampling.lanes import Lanes, LaneStart
from rollout_lab.sampling.plan import Plan
from rollout_lab.sampling.prefill import Prefill
from rollout_lab.sampling.prompt_store import PromptStore
from rollout_lab.sampling.rows import SampledRow
from rollout_lab.sampling.runners import Made, Runner


class Session:
    def __init__(
        self, queue: RowQueue, plan: Plan, lanes: Lanes, cache: KeyValues, store: PromptStore, runner: Runner, prefill: Prefill
    ) -> None:
        self._queue, self._plan, self._lanes = queue, plan, lanes
        self._cache, self._store, self._runner, self._prefill = cache, store, runner, prefill
        self._rows: list[SampledRow | None] = []
        """By lane; None = idle."""
        self._under_way: deque[tuple[list[SampledRow | None], Made]] = deque()
        self._launched = 0
        """Steps so far."""
        self._offsets: list[int] = []
        """By lane: tokens in the row cache less the steps launched."""
        self._longest = 0

    def run(self, cancellation: Cancellation) -> None:
        """Until all rows have ended or the call is cancelled; rows under way then keep what was made."""
        while self._admit(cancellation) and self._active > 0 and cancellation.goes_on(self, self._runner.steps):
            self._launch()
            while len(self._under_way) > self._runner.ahead:
                self._collect()
            self._leave()
        while self._under_way:
            self._collect()

    @property
    def _active(self) -> int:
        return sum(row is not None for row in self._rows)

    def _launch(self) -> None:
        rows = self._runner.batch(len(self._rows))
        self._under_way.append((list(self._rows), self._runner.launch(rows, self._longest + self._launched)))
        self._launched += self._runner.steps

    def _collect(self) -> None:
        rows, made = self._under_way.popleft()
        self._queue.take(rows, *made.wait())
        self._queue.tell(rows, self._launched)

    def _admit(self, cancellation: Cancellation) -> bool:
        """Fills idle lanes with waiting rows; false = cancelled while their prompts were computed."""
        admitted: list[tuple[int, SampledRow]] = []
        idle = [lane for lane, row in enumerate(self._rows) if row is None]
        idle += range(len(self._rows), self._plan.lanes)
        fresh: dict[int, tuple[int, ...]] = {}
        for lane in idle[:self._queue.waiting]:
            row = self._queue.next_row()
            prompt = row.source.prompt_index
            if self._store.use(prompt, len(row.source.prompt)):
                fresh[prompt] = row.source.prompt
            admitted.append((lane, row))
        if not admitted:
            return True
        slots = [self._store.slot(prompt) for prompt in fresh]
        if not self._prefill.run(list(fresh.values()), slots, cancellation.cancelled):
            return False
        self._place(admitted)
        return True

    def _place(self, admitted: list[tuple[int, SampledRow]]) -> None:
        starts = [self._start(lane, row) for lane, row in admitted]
        self._lanes.start(starts)
        if not self._plan.shared:
            self._copy_prompts(admitted)
        self._rows += [None] * (1 + max(lane for lane, _ in admitted) - len(self._rows))
        self._offsets += [0] * (len(self._rows) - len(self._offsets))
        for (lane, row), start in zip(admitted, starts):
            self._rows[lane] = row
            self._offsets[lane] = start.length - self._launched
        self._store.drop_unused(self._queue.next_prompt)
        self._rows_changed()

    def _start(self, lane: int, row: SampledRow) -> LaneStart:
        before = len(row.source.prompt) - 1
        draws = uniform_draws(row.key, row.end.limit)
        return LaneStart(lane, row.source.prompt[-1], before, 0 if self._plan.shared else before, draws)

    def _copy_prompts(self, admitted: list[tuple[int, SampledRow]]) -> None:
        slots = [self._store.slot(row.source.prompt_index) for _, row in admitted]
        longest = max(self._store.stored[slot] for slot in slots)
        device = self._cache.shape.device
        lanes = on_device([lane for lane, _ in admitted], device)
        self._cache.copy(self._store.keys_values, on_device(slots, device), lanes, longest)
        for _, row in admitted:
            self._store.leave(row.source.prompt_index)

    def _leave(self) -> None:
        """Empties the lanes of rows that ended, and closes the gaps where that makes the batch smaller."""
        ended = [lane for lane, row in enumerate(self._rows) if row is not None and row.stop_reason is not None]
        for lane in ended:
            if self._plan.shared:
                self._store.leave(self._rows[lane].source.prompt_index)
            self._rows[lane] = None
        if ended:
            self._store.drop_unused(self._queue.next_prompt)
        if ended and self._queue.waiting < len(self._rows) - self._active:
            self._close_gaps()

    def _close_gaps(self) -> None:
        kept = max(self._active, min(self._plan.lanes, self._active + self._queue.waiting))
        if self._runner.batch(kept) >= self._runner.batch(len(self._rows)):
            return
        while self._under_way:
            self._collect()
        gaps = [lane for lane, row in enumerate(self._rows) if row is None]
        last = [lane for lane, row in enumerate(self._rows) if row is not None]
        moves = [(origin, target) for origin, target in zip(reversed(last), gaps) if origin > target]
        if moves:
            self._move(*map(list, zip(*moves)))
        while self._rows and self._rows[-1] is None:
            self._rows.pop()
            self._offsets.pop()
        self._rows_changed()

    def _move(self, origins: list[int], targets: list[int]) -> None:
        self._lanes.move(origins, targets)
        device = self._cache.shape.device
        length = self._launched + max(self._offsets[origin] for origin in origins)
        self._cache.copy(self._cache, on_device(origins, device), on_device(targets, device), length)
        for origin, target in zip(origins, targets):
            self._rows[target], self._rows[origin] = self._rows[origin], None
            self._offsets[target] = self._offsets[origin]

    def _rows_changed(self) -> None:
        active = [lane for lane, row in enumerate(self._rows) if row is not None]
        self._longest = max((self._offsets[lane] for lane in active), default=0)
        first = self._rows[active[0]] if active else None
        used = [row or first for row in self._rows]
        if self._plan.shared:
            self._runner.rows_changed([self._store.slot(row.source.prompt_index) for row in used if row], self._store.stored)
