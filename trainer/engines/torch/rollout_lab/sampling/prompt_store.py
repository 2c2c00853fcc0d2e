"""Which prompts' keys and values are in memory, and where."""
from __future__ import annotations

from collections import Counter

from rollout_lab.sampling.key_values import KeyValues


class PromptStore:
    """Prompts by index of the call. One is kept while a row uses it or the next waiting row will."""

    def __init__(self, keys_values: KeyValues) -> None:
        self.keys_values = keys_values
        self._free = list(reversed(range(keys_values.sequences)))
        self._slots: dict[int, int] = {}
        self._users: Counter[int] = Counter()
        self.stored: dict[int, int] = {}
        """Tokens by slot: every prompt's but the last."""

    def slot(self, prompt: int) -> int:
        return self._slots[prompt]

    def use(self, prompt: int, tokens: int) -> bool:
        """Counts one more user; true = the prompt is new and has to be computed."""
        self._users[prompt] += 1
        if prompt in self._slots:
            return False
        slot = self._free.pop()
        self._slots[prompt] = slot
        self.stored[slot] = tokens - 1
        return True

    def leave(self, prompt: int) -> None:
        self._users[prompt] -= 1

    def drop_unused(self, next_prompt: int | None) -> None:
        for prompt, slot in list(self._slots.items()):
            if self._users[prompt] == 0 and prompt != next_prompt:
                del self._slots[prompt]
                del self.stored[slot]
                self._free.append(slot)
