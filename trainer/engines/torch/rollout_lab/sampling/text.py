"""Text of a growing list of tokens, and the UTF-16 offset at which each token ends.

The same approach as the embedded engine's `incrementalText.ts`, so that both say the same of a completion: a token may end
inside a character (byte-level BPE splits UTF-8 sequences), so text comes out only up to the last whole character and the
rest waits. Special tokens have no text, nor has a token that the tokenizer does not know (models may have more rows).
"""
from __future__ import annotations

import codecs
import json
from typing import Any, Callable, Iterable, Protocol

REPLACEMENT = "\ufffd"


class IncrementalText(Protocol):
    def push(self, token: int) -> str:
        """Takes one token; returns the characters that became whole."""
        ...

    def end(self) -> str:
        """After the last token: what waited, an incomplete character as U+FFFD."""
        ...


def utf16_length(text: str) -> int:
    """Offsets on the wire are JavaScript's: a character beyond the basic plane counts two."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def _byte_of_character() -> dict[str, int]:
    """GPT-2's bijection from bytes to printable characters, reversed: bytes without a glyph stand from U+0100 on."""
    printable = [byte for byte in range(256) if 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174]
    bytes_of = {chr(byte): byte for byte in printable}
    hidden = (byte for byte in range(256) if byte not in set(printable))
    return bytes_of | {chr(256 + i): byte for i, byte in enumerate(hidden)}


BYTES = _byte_of_character()


class TokenTable:
    """What decoding reads of a tokenizer, looked up once a token and kept."""

    def __init__(self, tokenizer: Any) -> None:
        """`tokenizer`: a `tokenizers.Tokenizer`."""
        self._tokenizer = tokenizer
        self._added = tokenizer.get_added_tokens_decoder()
        self._bytes: dict[int, bytes | None] = {}
        self._special: dict[int, bool] = {}

    def word(self, token: int) -> str:
        """The vocabulary's entry as it stands in tokenizer.json."""
        return self._tokenizer.id_to_token(token) or ""

    def is_special(self, token: int) -> bool:
        known = self._special.get(token)
        if known is None:
            added = self._added.get(token)
            known = self._special[token] = self._tokenizer.id_to_token(token) is None or (added is not None and added.special)
        return known

    def word_bytes(self, token: int) -> bytes | None:
        """Of a byte-level word; None for an added token, which is literal text outside that alphabet."""
        if token not in self._bytes:
            word = self.word(token)
            self._bytes[token] = None if token in self._added else bytes(BYTES.get(character, 0) for character in word)
        return self._bytes[token]

    def decode(self, tokens: list[int]) -> str:
        """The library's decoder on a list of tokens without special ones."""
        return self._tokenizer.decode(tokens, skip_special_tokens=False) if tokens else ""


class ByteLevelText:
    """Byte-level BPE: the bytes of the tokens as one UTF-8 stream, which an added token interrupts."""

    def __init__(self, table: TokenTable) -> None:
        self._table = table
        self._stream = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token: int) -> str:
        if self._table.is_special(token):
            return ""
        raw = self._table.word_bytes(token)
        if raw is None:
            return self.end() + self._table.word(token)
        text = self._stream.decode(raw)
        waiting = self._stream.getstate()[0]
        # The beginning of a surrogate can become no character: Python waits for its third byte all the same.
        return text + self.end() if waiting[:1] == b"\xed" and waiting[1:2] >= b"\xa0" else text

    def end(self) -> str:
        waiting = self._stream.decode(b"", final=True)
        self._stream.reset()
        return waiting


class WordText:
    """Whole words, joined by single spaces (a tokenizer without a decoder)."""

    def __init__(self, table: TokenTable) -> None:
        self._table = table
        self._first = True

    def push(self, token: int) -> str:
        if self._table.is_special(token):
            return ""
        text = self._table.word(token) if self._first else " " + self._table.word(token)
        self._first = False
        return text

    def end(self) -> str:
        return ""


class WindowedText:
    """Any other decoder (SentencePiece with byte fallback, WordPiece): new text is what a short window decodes to beyond the
    part already out. Text that ends in U+FFFD may be half a character and waits, so a window begins after a whole one."""

    def __init__(self, table: TokenTable) -> None:
        self._table = table
        self._context: list[int] = []
        self._waiting: list[int] = []

    def _fresh(self) -> str:
        before = len(self._table.decode(self._context))
        return self._table.decode(self._context + self._waiting)[before:]

    def push(self, token: int) -> str:
        if self._table.is_special(token):
            return ""
        self._waiting.append(token)
        text = self._fresh()
        if text == "" or text.endswith(REPLACEMENT):
            return ""
        self._context, self._waiting = self._waiting, []
        return text

    def end(self) -> str:
        return self._fresh() if self._waiting else ""


def _decoder_types(tokenizer: Any) -> list[str]:
    if tokenizer.decoder is None:
        return []
    state = json.loads(tokenizer.decoder.__getstate__())
    parts = state["decoders"] if state.get("type") == "Sequence" else [state]
    return [part.get("type", "") for part in parts]


def text_readers(tokenizer: Any) -> Callable[[], IncrementalText]:
    """Makes readers, one for each completion, for a transformers tokenizer with a `tokenizers` backend."""
    backend = tokenizer.backend_tokenizer
    types = _decoder_types(backend)
    table = TokenTable(backend)
    kind = WordText if not types else ByteLevelText if types == ["ByteLevel"] else WindowedText
    return lambda: kind(table)


def whole_text(reader: IncrementalText, tokens: Iterable[int]) -> str:
    return "".join([reader.push(token) for token in tokens]) + reader.end()
