from __future__ import annotations

import pytest

from rollout_lab.live.token_texts import token_ends

tokenizers = pytest.importorskip("tokenizers")


def byte_tokenizer() -> tokenizers.Tokenizer:
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.BPE(vocab={letter: i for i, letter in enumerate(alphabet)}, merges=[])
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(["<end>"])
    return tokenizer


def test_ends_are_in_utf16_units_and_within_whole_characters() -> None:
    tokenizer = byte_tokenizer()
    tokens = tokenizer.encode("aé😀 b").ids
    text, ends = token_ends(tokenizer, [*tokens, tokenizer.token_to_id("<end>")]) or ("", [])
    assert text == "aé😀 b"
    assert ends == [1, 1, 2, 2, 2, 2, 4, 5, 6, 6]


def test_a_character_that_is_cut_off_has_no_text() -> None:
    tokenizer = byte_tokenizer()
    assert token_ends(tokenizer, tokenizer.encode("a😀").ids[:-1]) == ("a", [1, 1, 1, 1])


def test_other_tokenizers_are_left_alone() -> None:
    assert token_ends(object(), [1]) is None
