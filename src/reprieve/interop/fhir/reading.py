"""Read parts of foreign JSON without trusting its shape: what does not fit is one clear line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, get_args

from reprieve.core.dates import iso_day
from reprieve.core.errors import DateError, DocumentError
from reprieve.interop.fhir.names import code_system, extension_address

T = TypeVar("T")
_PARTIAL = re.compile(r"\d{4}(-\d{2})?")


@dataclass(frozen=True, slots=True)
class Element:
    """A JSON object and where it stands, for messages."""

    data: dict[str, Any]
    where: str

    def misfit(self, key: str, needed: str) -> DocumentError:
        """Return the error for a value of another kind than `needed`."""
        shown = repr(self.data.get(key))
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        return DocumentError(f"{self.where}: {key} must be {needed}, but got {shown}; correct it")

    def text(self, key: str) -> str | None:
        """Return a text, None where there is none."""
        value = self.data.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.misfit(key, "a text")

    def needed_text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.text(key)
        if value is None:
            raise self.misfit(key, "a text")
        return value

    def number(self, key: str) -> Decimal | None:
        """Return an exact number."""
        value = self.data.get(key)
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        raise self.misfit(key, "a number")

    def whole(self, key: str) -> int | None:
        """Return a whole number."""
        value = self.data.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self.misfit(key, "a whole number")

    def flag(self, key: str) -> bool | None:
        """Return yes or no."""
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.misfit(key, "true or false")

    def day(self, key: str) -> date | None:
        """Return a date; of a time its own calendar day; None for a year or a month alone, which is no day."""
        value = self.text(key)
        if value is None or _PARTIAL.fullmatch(value):
            return None
        try:
            return iso_day(value, key)
        except DateError:
            raise self.misfit(key, "a whole date as YYYY-MM-DD") from None

    def needed_day(self, key: str) -> date:
        """Return a date that must be there."""
        value = self.day(key)
        if value is None:
            raise self.misfit(key, "a date as YYYY-MM-DD")
        return value

    def moment(self, key: str) -> datetime | None:
        """Return a time."""
        value = self.text(key)
        if value is None:
            return None
        try:
            iso_day(value, key)
            return datetime.fromisoformat(value)
        except (DateError, ValueError):
            raise self.misfit(key, "a time as YYYY-MM-DDThh:mm:ss with zone") from None

    def child(self, key: str) -> Element | None:
        """Return an object inside."""
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.misfit(key, "an object")
        return Element(value, f"{self.where}.{key}")

    def children(self, key: str) -> list[Element]:
        """Return the objects of a list inside."""
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.misfit(key, "a list of objects")
        return [Element(entry, f"{self.where}.{key}[{number}]") for number, entry in enumerate(value)]

    def first(self, key: str) -> Element | None:
        """Return the first object of a list inside."""
        return next(iter(self.children(key)), None)

    def extensions(self, name: str) -> Iterator[Element]:
        """Yield the own extensions `name`."""
        address = extension_address(name)
        for entry in self.children("extension"):
            if entry.data.get("url") == address:
                yield entry

    def extension(self, name: str) -> Element:
        """Return the own extension `name`; an empty element where there is none."""
        return next(self.extensions(name), Element({}, f"{self.where}.extension({name})"))

    def choice(self, key: str, kind: Any) -> Any:
        """Return a text that is one of the words of the Literal `kind`."""
        value = self.text(key)
        if value is not None and value not in get_args(kind):
            raise self.misfit(key, "one of " + ", ".join(get_args(kind)))
        return value

    def own_code(self, key: str, system: str) -> str | None:
        """Return the code of an own system in the CodeableConcept `key`."""
        holder = self.child(key)
        return holder.code_of(system) if holder else None

    def code_of(self, system: str) -> str | None:
        """Return the code of an own system in this CodeableConcept."""
        return self.code_in(code_system(system))

    def code_in(self, address: str) -> str | None:
        """Return the code of the system at `address` in this CodeableConcept."""
        for entry in self.children("coding"):
            if entry.data.get("system") == address:
                return entry.needed_text("code")
        return None

    def note(self) -> str | None:
        """Return the notes, one a line."""
        told = [entry.text("text") for entry in self.children("note")]
        kept = [text for text in told if text is not None]
        return "\n".join(kept) if kept else None


def needed(value: T | None, element: Element, what: str) -> T:
    """Return `value`, or say that `what` is missing."""
    if value is None:
        raise DocumentError(f"{element.where}: {what} is missing; add it")
    return value
