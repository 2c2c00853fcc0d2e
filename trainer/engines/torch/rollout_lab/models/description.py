"""The small files of a Hugging Face folder: everything but the weights."""
from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rollout_lab.errors import LabError

CONFIG = "config.json"
GENERATION = "generation_config.json"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
CHAT_TEMPLATE = "chat_template.jinja"
PROCESSORS = ("preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json")
"""Of images and videos."""
KEPT = (
    *PROCESSORS,
    GENERATION, TOKENIZER, TOKENIZER_CONFIG, CHAT_TEMPLATE, "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "tokenizer.model")
"""Written again as they were read, so that a trained model keeps what other programs know of it."""
MAX_BYTES = 128 * 1024 * 1024
"""The largest tokenizers in use have 35 MB."""
CLASSES = {"id2label": {"0": "wrong", "1": "right"}, "label2id": {"wrong": 0, "right": 1}}
"""The classes of a reward head, by the names under which transformers keeps them."""


@dataclass(frozen=True)
class Description:
    config: dict[str, Any]
    """config.json, as parsed."""
    files: dict[str, bytes]
    """Contents of the other files by name."""

    def json(self, place: str, name: str) -> dict[str, Any]:
        """One of the files, parsed; {} where it is absent."""
        content = self.files.get(name)
        return {} if content is None else parse_json_object(os.path.join(place, name), content)

    def same_tokenizer(self, other: Description) -> bool:
        return all(self.files.get(name) == other.files.get(name) for name in (TOKENIZER, TOKENIZER_CONFIG))

    def with_config(self, **changes: Any) -> Description:
        return replace(self, config={**self.config, **changes})


def unreadable(path: str, what: str) -> LabError:
    return LabError(
        "model", "model/unreadable", f"{path}: {what}", path,
        remedy="Check the path and its permissions; a model folder holds config.json, model.safetensors and tokenizer.json.")


def parse_json_object(path: str, content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise unreadable(path, f"is not JSON ({str(error)[:200]})") from error
    if not isinstance(value, dict):
        raise unreadable(path, "is not a JSON object")
    return value


def read_model_file(path: Path) -> bytes | None:
    """A small file of a model folder; None where it is absent."""
    try:
        if not path.exists():
            return None
        if not path.is_file():
            raise unreadable(str(path), "is not a regular file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise unreadable(str(path), f"has {size} bytes; at most {MAX_BYTES} are read")
        return path.read_bytes()
    except OSError as error:
        raise unreadable(str(path), error.strerror or str(error)) from error


def read_config_file(folder: Path) -> dict[str, Any]:
    """config.json alone."""
    content = read_model_file(folder / CONFIG)
    if content is None:
        raise unreadable(str(folder / CONFIG), "is missing")
    return parse_json_object(str(folder / CONFIG), content)


def read_description(folder: Path, with_code: bool = False) -> Description:
    """`with_code` keeps the Python files of a model that is trusted to run its own."""
    config = read_config_file(folder)
    code = sorted(file.name for file in folder.glob("*.py")) if with_code else []
    contents = {name: read_model_file(folder / name) for name in (*KEPT, *code)}
    files = {name: content for name, content in contents.items() if content is not None}
    return Description(config, files)


def json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file; a link of that name is not followed."""
    path.unlink(missing_ok=True)
    with open(path, "xb") as file:
        file.write(content)


def write_description(folder: Path, description: Description, dtype: str, with_head: bool) -> None:
    """Writes all files but the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    # First as well, so that the order of fields is the same whether the head is new or was read.
    classes = CLASSES if with_head else {}
    # transformers before version 5 reads `torch_dtype`.
    config = {**classes, **description.config, **classes, "dtype": dtype, "torch_dtype": dtype}
    replace_file(folder / CONFIG, json_bytes(config))
    for name, content in description.files.items():
        replace_file(folder / name, content)
