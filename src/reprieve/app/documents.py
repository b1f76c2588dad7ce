"""Documents at the edge: JSON text to typed values, with one clear line for whatever does not fit."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from reprieve.app.text_files import read_text
from reprieve.core.errors import DocumentError
from reprieve.record.chart import Chart
from reprieve.record.plan import Plan

T = TypeVar("T")

DOCUMENTS: dict[str, type] = {"plan": Plan, "chart": Chart}


@cache
def adapter(kind: type) -> TypeAdapter[Any]:
    """Return the validator of the document type `kind`; unknown fields are refused."""
    _forbid_unknown_fields(kind)
    return TypeAdapter(kind)


def _forbid_unknown_fields(kind: Any) -> None:
    # The record's dataclasses know no validator, so the edge marks them; a misspelt field must not pass as "not told".
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if "__pydantic_config__" in vars(kind):
            return
        kind.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
        for hint in get_type_hints(kind).values():
            _forbid_unknown_fields(hint)
    for argument in get_args(kind):
        _forbid_unknown_fields(argument)


def parse(kind: type[T], text: str | bytes, where: str = "document") -> T:
    """Return the JSON in `text` as a value of `kind`.

    Raises
    ------
    DocumentError
        One line: where, which field, the value, what is allowed.
    """
    try:
        return adapter(kind).validate_json(text)
    except ValidationError as error:
        raise DocumentError(_one_line(error, where)) from None


def load(kind: type[T], path: str) -> T:
    """Return the document of `kind` in the file `path` (``-`` is standard input)."""
    return parse(kind, read_text(path), "standard input" if path == "-" else path)


def schema(kind: type) -> dict[str, Any]:
    """Return the JSON Schema of the document type `kind`."""
    return adapter(kind).json_schema(mode="validation")


def _one_line(error: ValidationError, where: str) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the document"
    value = first.get("input")
    shown = json.dumps(value, default=str)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    more = error.error_count() - 1
    tail = f" (and {more} more)" if more else ""
    if first["type"] == "missing":
        return f"{where}: {field} is missing; add it{tail}"
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{where}: {field} is not a field of this document; remove it or correct its name{tail}"
    reason = first["msg"]
    return f"{where}: {field} = {shown} does not fit: {reason[0].lower()}{reason[1:]}; correct it{tail}"
