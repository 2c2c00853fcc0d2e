"""Completions as text, with the place in it where each token's characters end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rollout_lab.live.tool_tokens import Range, told_apart


def token_ends(tokenizer: Any, tokens: Sequence[int]) -> tuple[str, list[int]] | None:
    """Text of the tokens and, for each, where its characters end in it (UTF-16 units, [T]).

    `tokenizer` is a fast one of transformers, or one of `tokenizers`. Special tokens have no text. A token that ends
    within a character ends where the last whole one did. None where the tokenizer is of another kind.
    """
    found = turn_ends(tokenizer, tokens, [1] * len(tokens))
    return None if found is None else found[:2]


def turn_ends(
    tokenizer: Any, tokens: Sequence[int], written: Sequence[int]
) -> tuple[str, list[int], list[Range]] | None:
    """The same of a completion with tool output in it, and where that stands: `written` is 0 for its tokens."""
    pieces = _pieces(tokenizer, tokens)
    return None if pieces is None else told_apart(pieces, written)


def _pieces(tokenizer: Any, tokens: Sequence[int]) -> list[str] | None:
    backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
    try:
        from tokenizers import Tokenizer
        from tokenizers.decoders import DecodeStream
    except ImportError:
        return None
    if not isinstance(backend, Tokenizer):
        return None
    stream = DecodeStream(skip_special_tokens=True)
    return [stream.step(backend, int(token)) or "" for token in tokens]
