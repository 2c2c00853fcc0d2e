"""The tokens that a tokenizer puts before a plain text (`<bos>`), by the `post_processor` of tokenizer.json.

As `trainer/engines/onnx/text/beginOfText.ts` of the embedded engine.
"""
from __future__ import annotations

from typing import Any


def begin_of_text_tokens(post_processor: Any) -> list[int]:
    """None where the tokenizer puts none there."""
    if not isinstance(post_processor, dict):
        return []
    kind = post_processor.get("type")
    if kind == "Sequence":
        # Behind one that puts something there, the others find a pair of texts.
        return next(filter(None, map(begin_of_text_tokens, _list(post_processor.get("processors")))), [])
    if kind == "TemplateProcessing":
        return _of_template(post_processor)
    if kind in ("BertProcessing", "RobertaProcessing"):
        return _tokens(_list(post_processor.get("cls"))[1:])
    return []


def _of_template(template: dict[str, Any]) -> list[int]:
    pieces = [each for each in _list(template.get("single")) if isinstance(each, dict)]
    text = next((i for i, piece in enumerate(pieces) if "Sequence" in piece), 0)
    special = template.get("special_tokens")
    names = [piece["SpecialToken"].get("id") for piece in pieces[:text] if isinstance(piece.get("SpecialToken"), dict)]
    return [token for name in names for token in _ids(special, name)]


def _ids(special: Any, name: Any) -> list[int]:
    found = special.get(name) if isinstance(special, dict) and isinstance(name, str) else None
    return _tokens(_list(found.get("ids"))) if isinstance(found, dict) else []


def _tokens(values: list[Any]) -> list[int]:
    return [value for value in values if isinstance(value, int) and not isinstance(value, bool) and value >= 0]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
