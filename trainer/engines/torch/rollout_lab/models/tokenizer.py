"""Text to tokens and back.

Prompts, completions and rendered chats all go the same way, so `encode` adds no special token by itself: a
beginning-of-text token that a model wants stands in its chat template, and whoever encodes a plain prompt puts it there
(`begin_of_text`). Special tokens are recognised in text, and have none.
"""
from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollout_lab.errors import LabError
from rollout_lab.models.begin_of_text import begin_of_text_tokens
from rollout_lab.models.description import CHAT_TEMPLATE, TOKENIZER, TOKENIZER_CONFIG, Description

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

MAX_TEMPLATE_CHARACTERS = 1024 * 1024
MAX_OUTPUT_CHARACTERS = 4 * 1024 * 1024
SPECIAL_NAMES = ("bos_token", "eos_token", "pad_token", "unk_token")


def _no_tokenizer(path: Path) -> LabError:
    folder = path.parent
    command = f"from transformers import AutoTokenizer as T; T.from_pretrained('{folder}').save_pretrained('{folder}')"
    return LabError(
        "model", "model/no-tokenizer", f"{path} is missing", str(path),
        remedy=f'Save the tokenizer as tokenizer.json (a "fast" tokenizer of transformers): "{sys.executable}" -c "{command}"')


def make_tokenizer(place: str, description: Description) -> PreTrainedTokenizerFast:
    """The tokenizer of tokenizer.json alone: classes that a model names bring rules of their own, which another program
    that reads the file would not have. Rejects with `model/no-tokenizer` or `model/broken-tokenizer`."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    path = Path(place) / TOKENIZER
    if TOKENIZER not in description.files:
        raise _no_tokenizer(path)
    config = description.json(place, TOKENIZER_CONFIG)
    try:
        backend = Tokenizer.from_str(description.files[TOKENIZER].decode())
        backend.no_truncation()
        backend.no_padding()
        # The class would add special tokens that the file lacks, beyond the model's embedding.
        special = {name: special_text(config.get(name)) for name in SPECIAL_NAMES}
        known = {name: text for name, text in special.items() if backend.token_to_id(text) is not None}
        return PreTrainedTokenizerFast(tokenizer_object=backend, clean_up_tokenization_spaces=False, **known)
    except Exception as error:  # The library raises plain Exception.
        raise LabError(
            "model", "model/broken-tokenizer", f"{path}: cannot be used ({str(error)[:300]})", str(path),
            remedy="Use the tokenizer.json that belongs to the model, as written by the Hugging Face tokenizers library.") from error


def check_vocabulary(place: str, tokenizer: PreTrainedTokenizerFast, vocabulary_size: int) -> None:
    """Its words must fit the model's embedding; special tokens beyond it are refused where a text holds one (Gemma 3 of text alone
    names a token of images). Rejects with `model/vocabulary`."""
    special = {number for number, token in tokenizer.backend_tokenizer.get_added_tokens_decoder().items() if token.special}
    largest = max(set(tokenizer.get_vocab().values()) - special, default=-1) + 1
    if largest <= vocabulary_size:
        return
    path = str(Path(place) / TOKENIZER)
    raise LabError(
        "model", "model/vocabulary", f"{path} has {largest} tokens, the model's vocab_size is {vocabulary_size}", path,
        remedy="Use the tokenizer that belongs to the model.")


def encode(tokenizer: PreTrainedTokenizerFast, place: str, text: str, vocabulary_size: int) -> list[int]:
    """Rejects a word that the vocabulary lacks, where the tokenizer has no token for the unknown, and a token that the model has no row
    for, with `engine/unknown-word`."""
    if text == "":
        return []
    tokens = _tokens(tokenizer, place, text)
    beyond = next((token for token in tokens if token >= vocabulary_size), None)
    if beyond is not None:
        raise _beyond_embedding(place, tokenizer.convert_ids_to_tokens(beyond), beyond, vocabulary_size)
    return tokens


def _beyond_embedding(place: str, word: str, token: int, vocabulary_size: int) -> LabError:
    path = str(Path(place) / TOKENIZER)
    return LabError(
        "engine", "engine/unknown-word",
        f'{path}: the token "{word[:100]}" has the id {token}, and the model has rows for ids below {vocabulary_size}', path,
        remedy="Leave the token out of the text, or choose a model that was made with it.")


def _tokens(tokenizer: PreTrainedTokenizerFast, place: str, text: str) -> list[int]:
    backend = tokenizer.backend_tokenizer
    try:
        return backend.encode(text, add_special_tokens=False).ids
    except Exception as error:  # The library raises plain Exception.
        if "unk" not in str(error).lower():
            raise
        raise _unknown_word(place, _first_unknown(backend, text)) from error


def _first_unknown(backend: Any, text: str) -> str:
    words = [text] if backend.pre_tokenizer is None else [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(text)]
    return next((word for word in words if backend.token_to_id(word) is None), text)


def _unknown_word(place: str, word: str) -> LabError:
    path = str(Path(place) / TOKENIZER)
    return LabError(
        "engine", "engine/unknown-word", f'{path}: the word "{word[:100]}" is not in the vocabulary', path,
        remedy="Write the text with words of the model's vocabulary, separated by single spaces, or use a model made for this "
        "environment.")


def begin_of_text(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """The tokens that it puts before a plain text."""
    processor = tokenizer.backend_tokenizer.post_processor
    return [] if processor is None else begin_of_text_tokens(json.loads(processor.__getstate__()))


def decode(tokenizer: PreTrainedTokenizerFast, tokens: list[int]) -> str:
    return tokenizer.backend_tokenizer.decode(tokens, skip_special_tokens=True)


def special_text(value: Any) -> str:
    """A special token stands in tokenizer_config.json as text or as an object with `content`."""
    content = value.get("content") if isinstance(value, dict) else value
    return content if isinstance(content, str) else ""


def template_source(place: str, description: Description) -> tuple[str, str] | None:
    """The chat template and the file that it stands in; tokenizer_config.json holds one, or several by name of which
    `default` is meant."""
    own = description.files.get(CHAT_TEMPLATE)
    if own is not None:
        return own.decode(), CHAT_TEMPLATE
    value = description.json(place, TOKENIZER_CONFIG).get("chat_template")
    if isinstance(value, list):
        value = next((each.get("template") for each in value if isinstance(each, dict) and each.get("name") == "default"), None)
    return (value, TOKENIZER_CONFIG) if isinstance(value, str) else None


def with_prelude(place: str, description: Description, prelude: str) -> Description:
    """With Jinja before the chat template, once. Rejects with `model/no-chat-template` where there is none."""
    found = template_source(place, description)
    if found is None:
        raise LabError(
            "model", "model/no-chat-template", f"{place} has no chat template that could be given variables", place,
            remedy="Leave out chatTemplateKwargs, or put a chat_template.jinja into the folder of the model.")
    source, _ = found
    if source.startswith(prelude):
        return description
    # Jinja takes the first line break behind a block away.
    kept = "\n" if source.startswith("\n") else ""
    return replace(description, files={**description.files, CHAT_TEMPLATE: (prelude + kept + source).encode()})


def render_chat(place: str, description: Description, conversations: list[list[dict[str, str]]]) -> list[str]:
    """Conversations to prompt text, each ending with the template's generation prompt. Rejects with
    `model/no-chat-template` or `model/chat-template`."""
    found = template_source(place, description)
    if found is None:
        raise LabError(
            "model", "model/no-chat-template", "The model has no chat template",
            remedy="Use plain prompts, or a model with chat_template.jinja.")
    source, name = found
    file = str(Path(place) / name)
    config = description.json(place, TOKENIZER_CONFIG)
    special = {each: special_text(config.get(each)) for each in SPECIAL_NAMES}
    return [_render(file, source, messages, special) for messages in conversations]


def _render(file: str, source: str, messages: list[dict[str, str]], special: dict[str, str]) -> str:
    import jinja2  # noqa: F401 - transformers' own complaint does not say what to install.
    from transformers.utils.chat_template_utils import render_jinja_template

    if len(source) > MAX_TEMPLATE_CHARACTERS:
        raise _broken_template(file, f"the chat template has {len(source)} characters; at most {MAX_TEMPLATE_CHARACTERS} are read")
    try:
        rendered, _ = render_jinja_template([messages], chat_template=source, add_generation_prompt=True, **special)
    except Exception as error:  # A template may raise anything.
        raise _broken_template(file, f"the chat template rejects the conversation ({str(error)[:300]})") from error
    if len(rendered[0]) > MAX_OUTPUT_CHARACTERS:
        raise _broken_template(file, f"the chat template wrote {len(rendered[0])} characters; at most {MAX_OUTPUT_CHARACTERS} are taken")
    return rendered[0]


def _broken_template(file: str, what: str) -> LabError:
    return LabError(
        "model", "model/chat-template", f"{file}: {what}", file,
        remedy="Correct the chat template, or give problems as plain prompts instead of messages.")
