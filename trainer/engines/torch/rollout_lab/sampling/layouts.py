"""Attention of one new token a row over what stands before it, in plain PyTorch.

`RowLayout`: every row has its prompt and its own tokens in one cache. `SharedLayout`: the rows of a group read their prompt
together, as one product of a matrix with a matrix, and their own tokens row by row; the two softmaxes are joined by their
normalisers (Juravsky et al. 2024, Hydragen, https://arxiv.org/abs/2402.05099). Sharing saves memory always, and time
where prompts are long: it takes a dozen more small operators a layer (figures in decoder.py).
"""
from __future__ import annotations

from dataclasses import dataclass

import torch

from rollout_lab.sampling.key_values import KeyValues


@dataclass(frozen=True)
class RowLayout:
    """Rows 0 … B−1 of a cache. Made anew for every step."""

    cache: KeyValues
    longest: int
    """Tokens in the cache of the longest row, before this step's."""
    places: torch.Tensor
    """int64 [B · Hkv]: where this step's keys and values go, in a cache seen as [S · Hkv · C, hd]."""
    mask: torch.Tensor
    """[B · Hkv, H / Hkv, longest + 1]: 0 where a row has a token, this step's included, −∞ behind it."""

    @staticmethod
    def of(cache: KeyValues, lengths: torch.Tensor, longest: int) -> RowLayout:
        shape, rows, device = cache.shape, lengths.shape[0], lengths.device
        heads, group = shape.key_value_heads, shape.heads // shape.key_value_heads
        first = torch.arange(rows * heads, device=device) * cache.capacity
        places = first + lengths.repeat_interleave(heads)
        behind = torch.arange(longest + 1, device=device) > lengths[:, None]
        mask = torch.zeros(behind.shape, dtype=shape.dtype, device=device).masked_fill_(behind, float("-inf"))
        return RowLayout(cache, longest, places, mask.repeat_interleave(heads * group, 0).view(rows * heads, group, -1))

    def attend_rows(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """query [B, H, hd], key and value [B, Hkv, hd]; gives [B, H, hd]."""
        grouped, keys, values = self._written(layer, query, key, value)
        # Two batched products take three quarters of the time of the fused attention call, which is made for many queries.
        scores = torch.baddbmm(self.mask, grouped.flatten(0, 1), keys.flatten(0, 1).transpose(1, 2), alpha=scaling)
        weights = scores.softmax(-1, dtype=torch.float32).to(values.dtype)
        return torch.bmm(weights, values.flatten(0, 1)).view(query.shape)

    def _written(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The query heads of a key head stand in as its queries, [B, Hkv, H / Hkv, hd]: nothing is repeated."""
        rows, heads, size = key.shape
        dtype = self.cache.shape.dtype
        for whole, new in ((self.cache.keys[layer], key), (self.cache.values[layer], value)):
            whole.view(-1, size).index_copy_(0, self.places, new.reshape(-1, size).to(dtype))
        seen = slice(self.longest + 1)
        grouped = query.reshape(rows, heads, -1, size).to(dtype)
        return grouped, self.cache.keys[layer][:rows, :, seen], self.cache.values[layer][:rows, :, seen]

    def attend(
        self, layer_index: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """For transformers' modules: query [1, H, B, hd], key and value [1, Hkv, B, hd]; gives [1, B, H, hd]."""
        rows = (each[0].transpose(0, 1) for each in (query, key, value))
        return self.attend_rows(layer_index, *rows, scaling)[None].to(query.dtype)


@dataclass(frozen=True)
class PromptTable:
    """Which rows read which prompt, made anew when rows come or go."""

    rows: torch.Tensor
    """int64 [P, R]: the rows that read the prompt at each place of the store, from the first place to the last in use; short
    lists are filled up with row 0."""
    places: torch.Tensor
    """int64 [B]: where a row stands in the flattened `rows`."""
    mask: torch.Tensor
    """[P, 1, 1, Tp]: 0 where a prompt has a token, −∞ behind it."""
    empty: torch.Tensor
    """bool [B, 1, 1]: rows whose prompt has no stored token."""

    @staticmethod
    def of(prompts: list[int], lengths: dict[int, int], device: torch.device) -> PromptTable:
        """`prompts`: each row's place in the store; `lengths`: stored tokens by place."""
        members: list[list[int]] = [[] for _ in range(max(prompts) + 1)]
        for row, slot in enumerate(prompts):
            members[slot].append(row)
        width = max(len(rows) for rows in members)
        places = [0] * len(prompts)
        for slot, rows in enumerate(members):
            for r, row in enumerate(rows):
                places[row] = slot * width + r
        stored = torch.tensor([lengths[slot] if rows else 0 for slot, rows in enumerate(members)])
        longest = max(1, int(stored.max()))
        behind = torch.arange(longest) >= stored[:, None].clamp_min(1)
        mask = torch.zeros(behind.shape).masked_fill_(behind, float("-inf"))[:, None, None]
        padded = torch.tensor([rows + [0] * (width - len(rows)) for rows in members])
        empty = torch.tensor([lengths[slot] == 0 for slot in prompts])[:, None, None]
        tensors = (padded, torch.tensor(places), mask, empty)
        return PromptTable(*(each.to(device) for each in tensors))


@dataclass(frozen=True)
class SharedLayout(RowLayout):
    """Rows whose cache holds their own tokens alone, and prompts in a store that they share."""

    store: KeyValues
    table: PromptTable

    @staticmethod
    def over(rows: RowLayout, store: KeyValues, table: PromptTable) -> SharedLayout:
        return SharedLayout(rows.cache, rows.longest, rows.places, rows.mask, store, table)

    def attend_rows(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        grouped, keys, values = self._written(layer, query, key, value)
        own, own_normaliser = _attend(grouped, keys, values, self.mask.view(*grouped.shape[:3], -1), scaling)
        prompt, prompt_normaliser = self._over_prompts(layer, grouped, scaling)
        share = torch.sigmoid(prompt_normaliser - own_normaliser).masked_fill_(self.table.empty, 0.0)[..., None]
        return torch.lerp(own, prompt, share.to(own.dtype)).reshape(query.shape)

    def _over_prompts(self, layer: int, grouped: torch.Tensor, scaling: float) -> tuple[torch.Tensor, torch.Tensor]:
        """As `_attend`, in the order of the rows."""
        prompts, width = self.table.rows.shape
        _, heads, group, size = grouped.shape
        together = grouped[self.table.rows.flatten()].view(prompts, width, heads, group, size)
        together = together.transpose(1, 2).reshape(prompts, heads, width * group, size)
        seen = slice(self.table.mask.shape[-1])
        keys, values = (each[layer][:prompts, :, seen] for each in (self.store.keys, self.store.values))
        mixed, normaliser = _attend(together, keys, values, self.table.mask, scaling)
        mixed = mixed.view(prompts, heads, width, group, size).transpose(1, 2).flatten(0, 1)
        normaliser = normaliser.view(prompts, heads, width, group).transpose(1, 2).flatten(0, 1)
        return mixed[self.table.places], normaliser[self.table.places]


def _attend(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor, scaling: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """query [B, Hkv, G, hd], keys and values [B, Hkv, T, hd]; gives [B, Hkv, G, hd] and the logarithm of the softmax's
    normaliser in float32, [B, Hkv, G]."""
    scores = torch.matmul(query, keys.transpose(-1, -2)).float() * scaling + mask
    normaliser = scores.logsumexp(-1)
    weights = (scores - normaliser[..., None]).exp_().to(values.dtype)
    return torch.matmul(weights, values), normaliser
