"""Texts and times that FHIR has no form for, kept exactly beside their place.

FHIR forbids empty texts, control characters, codes with two blanks, and times without a zone. The record may hold them
(imported notes do). Such a value moves into an extension of its element; readers get it back, others see a clean text.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.core.errors import DocumentError
from reprieve.interop.fhir.names import extension_address

EXACT = extension_address("exact-text")
EMPTY = extension_address("empty-text")
KIND = extension_address("exact-kind")
_CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CODES = frozenset({"code", "valueCode"})
FURTHEST_ZONE = timedelta(hours=14)


def seal(value: Any, key: str = "") -> Any:
    """Return the tree `value` with every primitive in its FHIR form."""
    if isinstance(value, dict):
        sealed: dict[str, Any] = {}
        for name, entry in value.items():
            if entry != [] and entry != {}:  # FHIR has no empty element
                _seal_into(sealed, name, entry)
        return _seal_extension(sealed) if "url" in sealed else sealed
    if isinstance(value, list):
        return [seal(entry, key) for entry in value]
    return _primitive(value, key)[0]


def _seal_into(sealed: dict[str, Any], name: str, entry: Any) -> None:
    if isinstance(entry, list) and any(_primitive(part, name)[1] for part in entry if not isinstance(part, dict)):
        pairs = [_primitive(part, name) for part in entry]
        sealed[name] = [text for text, _ in pairs]
        sealed["_" + name] = [hidden for _, hidden in pairs]
    elif isinstance(entry, dict | list):
        sealed[name] = seal(entry, name)
    else:
        text, hidden = _primitive(entry, name)
        if text is not None:
            sealed[name] = text
        if hidden is not None:
            sealed["_" + name] = hidden


def _seal_extension(sealed: dict[str, Any]) -> dict[str, Any]:
    """Return an extension whose value has no FHIR form with the exact one inside: libraries take no ``_value``."""
    hidden = next((name for name in sealed if name.startswith("_value")), None)
    if hidden is None:
        return sealed
    kind = {"url": KIND, "valueCode": hidden[1:]}
    return {"url": sealed["url"], "extension": [kind, *sealed[hidden]["extension"]]}


def _primitive(value: Any, key: str) -> tuple[Any, dict[str, Any] | None]:
    """Return the FHIR form of `value` and the extension that keeps the exact one, where they differ."""
    if isinstance(value, bool | int | Decimal) or value is None:
        return value, None
    if isinstance(value, float):
        return Decimal(repr(value)), None
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, date):
        return value.isoformat(), None
    if not value:
        return None, {"extension": [{"url": EMPTY, "valueBoolean": True}]}
    legal = _CODE.fullmatch(value) if key in _CODES else value.strip() and "\r" not in value
    if legal and not _CONTROL.search(value):
        return value, None
    clean = " ".join(_CONTROL.sub(" ", value).split())
    return clean or None, _kept(value)


def _time(value: datetime) -> tuple[str | None, dict[str, Any] | None]:
    zone = value.utcoffset()
    if zone is not None and not zone % timedelta(minutes=1) and abs(zone) <= FURTHEST_ZONE:
        return value.isoformat(), None
    return None, _kept(value.isoformat())


def _kept(text: str) -> dict[str, Any]:
    try:
        coded = base64.b64encode(text.encode()).decode()
    except UnicodeEncodeError:
        raise DocumentError("a text of the record holds half a character (a lone surrogate); correct it") from None
    return {"extension": [{"url": EXACT, "valueBase64Binary": coded}]}


def unseal(value: Any) -> Any:
    """Return the tree `value` with the exact texts in their places."""
    if isinstance(value, list):
        return [unseal(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    opened = {key: unseal(entry) for key, entry in value.items()}
    if "url" in opened and (exact := _exact(opened)) is not None:
        return {"url": opened["url"], _kind(opened): exact}
    for key in [key for key in opened if key.startswith("_")]:
        _open(opened, key)
    return opened


def _open(opened: dict[str, Any], key: str) -> None:
    hidden, name = opened[key], key[1:]
    if isinstance(hidden, dict) and (exact := _exact(hidden)) is not None:
        opened[name] = exact
        del opened[key]
    elif isinstance(hidden, list) and isinstance(opened.get(name), list) and len(hidden) == len(opened[name]):
        texts = [_exact(part) if isinstance(part, dict) else None for part in hidden]
        if any(text is not None for text in texts):
            opened[name] = [told if exact is None else exact for told, exact in zip(opened[name], texts, strict=True)]
            if all(part is None or text is not None for part, text in zip(hidden, texts, strict=True)):
                del opened[key]


def _kind(extension: dict[str, Any]) -> str:
    for part in extension["extension"]:
        if isinstance(part, dict) and part.get("url") == KIND and isinstance(part.get("valueCode"), str):
            return part["valueCode"]
    return "valueString"


def _exact(hidden: dict[str, Any]) -> str | None:
    extensions = hidden.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if not isinstance(extension, dict):
            continue
        if extension.get("url") == EMPTY and extension.get("valueBoolean") is True:
            return ""
        if extension.get("url") == EXACT:
            return _decoded(extension.get("valueBase64Binary"))
    return None


def _decoded(coded: Any) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode()
    except (TypeError, ValueError, binascii.Error):
        raise DocumentError("an exact-text extension holds no base64 of UTF-8 text; correct it") from None
