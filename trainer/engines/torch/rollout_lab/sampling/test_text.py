"""Expected texts and ends of byte-level and word tokenizers were printed by the embedded engine's `textWithEnds`. On broken UTF-8 its
decoder with byte fallback differs from the tokenizers library that serves here, which gives one U+FFFD a byte."""
from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models

from rollout_lab.sampling.text import BYTES, text_readers, utf16_length

BYTE_LEVEL = [
    ([104, 195, 169, 108, 108, 111, 32, 240, 159, 152, 128, 32, 110, 195, 169, 256, 195, 159], "héllo 😀 néß",
     [1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 8, 9, 10, 10, 11, 11, 11, 12]),
    ([240, 159, 152, 257, 159, 152, 128], "\ufffd<tool>\ufffd\ufffd\ufffd", [0, 0, 0, 7, 8, 9, 10]),
    ([226, 130], "\ufffd", [0, 1]), ([237, 160, 128, 65], "\ufffd\ufffd\ufffdA", [0, 2, 3, 4]),
    ([240, 159, 65, 152, 300], "\ufffdA\ufffd", [0, 0, 2, 3, 3]), ([195, 256, 169], "é", [0, 0, 1]), ([], "", []),
]
WORDS = [([1, 2, 0, 3], "a b😀 c", [1, 5, 5, 7]), ([0, 0], "", [0, 0]), ([2, 2], "b😀 b😀", [3, 7]), ([7, 1], "a", [0, 1])]
BYTE_FALLBACK = [
    ([1, 2, 3, 230, 134, 176, 1], "a bc€ a", [1, 3, 4, 4, 4, 5, 7]), ([244, 163, 156, 132], "😀", [0, 0, 0, 2]),
    ([3, 199, 3], "c\ufffdc", [1, 1, 3]), ([0, 1, 0, 2], "a b", [0, 1, 1, 3]), ([230], "\ufffd", [1]),
]


def byte_level() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab={character: byte for character, byte in BYTES.items()}, merges=[]))
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken("<|end|>", special=True), AddedToken("<tool>", special=False)])
    return tokenizer


def words() -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel(vocab={"<eos>": 0, "a": 1, "b😀": 2, "c": 3}, unk_token="a"))
    tokenizer.add_special_tokens([AddedToken("<eos>", special=True)])
    return tokenizer


def byte_fallback() -> Tokenizer:
    vocabulary = {"<unk>": 0, "▁a": 1, "▁b": 2, "c": 3} | {f"<0x{byte:02X}>": 4 + byte for byte in range(256)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>", byte_fallback=True))
    tokenizer.add_special_tokens([AddedToken("<unk>", special=True)])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def read(tokenizer: Tokenizer, tokens: list[int]) -> tuple[str, list[int]]:
    reader: Any = text_readers(SimpleNamespace(backend_tokenizer=tokenizer))()
    text, ends = "", []
    for token in tokens:
        text += reader.push(token)
        ends.append(utf16_length(text))
    text += reader.end()
    return text, [*ends[:-1], utf16_length(text)] if ends else []


@pytest.mark.parametrize("tokens, text, ends", BYTE_LEVEL)
def test_bytes_wait_for_whole_characters(tokens: list[int], text: str, ends: list[int]) -> None:
    assert read(byte_level(), tokens) == (text, ends)


@pytest.mark.parametrize("tokens, text, ends", WORDS)
def test_words_are_joined_by_spaces(tokens: list[int], text: str, ends: list[int]) -> None:
    assert read(words(), tokens) == (text, ends)


@pytest.mark.parametrize("tokens, text, ends", BYTE_FALLBACK)
def test_other_decoders_are_read_through_a_window(tokens: list[int], text: str, ends: list[int]) -> None:
    assert read(byte_fallback(), tokens) == (text, ends)
    assert text == byte_fallback().decode(tokens)
