"""Completions as text, with the place in it where each token's characters end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rollout_lab.live.clean_values import utf16_length


def token_ends(tokenizer: Any, tokens: Sequence[int]) -> tuple[str, list[int]] | None:
    """Text of the tokens and, for each, where its characters end in it (UTF-16 units, [T]).

    `tokenizer` is a fast one of transformers, or one of `tokenizers`. Special tokens have no text. A token that ends
    within a character ends where the last whole one did. None where the tokenizer is of another kind.
    """
    backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
    try:
        from tokenizers import Tokenizer
        from tokenizers.decoders import DecodeStream
    except ImportError:
        return None
    if not isinstance(backend, Tokenizer):
        return None
    stream = DecodeStream(skip_special_tokens=True)
    texts: list[str] = []
    ends: list[int] = []
    end = 0
    for token in tokens:
        piece = stream.step(backend, int(token)) or ""
        texts.append(piece)
        end += utf16_length(piece)
        ends.append(end)
    return "".join(texts), ends
