"""Calendar files by RFC 5545: whole days, escaped text, lines folded at 75 octets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from reprieve.core.errors import InputError

LINE_OCTETS = 75
PRODUCT = "-//Reprieve//Calendar//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One whole day; `uid` is the same each time the same visit is exported, so that a calendar updates it."""

    uid: str
    day: date
    summary: str
    description: str = ""
    location: str = ""


def calendar_text(entries: Sequence[CalendarEntry], stamp: datetime) -> str:
    """Return the entries as the text of an ``.ics`` file.

    Parameters
    ----------
    entries : sequence of CalendarEntry
    stamp : datetime
        When the file is made, with its zone.

    Raises
    ------
    InputError
        If `stamp` has no zone or two entries share a uid.

    References
    ----------
    .. [1] RFC 5545, sections 3.1 (folding), 3.3.11 (text), 3.6.1 (events).
    """
    if stamp.tzinfo is None:
        raise InputError(f"stamp {stamp.isoformat()} has no zone; give the time with its zone")
    uids = [entry.uid for entry in entries]
    twice = sorted({uid for uid in uids if uids.count(uid) > 1})
    if twice:
        raise InputError(f"two calendar entries share the uid {twice[0]!r}; give each its own")
    at = stamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    for entry in entries:
        lines += _event(entry, at)
    return "".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(entry: CalendarEntry, at: str) -> list[str]:
    texts = {"SUMMARY": entry.summary, "DESCRIPTION": entry.description, "LOCATION": entry.location}
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(entry.uid)}",
        f"DTSTAMP:{at}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        # The end of a whole day is the day after it (RFC 5545, 3.6.1).
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
        *(f"{name}:{escaped(text)}" for name, text in texts.items() if text),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    """Return `text` as a TEXT value: backslash, semicolon, comma and line break escaped, other controls dropped."""
    for raw, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(raw, written)
    return "".join(sign for sign in text if sign == "\t" or (ord(sign) >= 32 and ord(sign) != 127))


def folded(line: str) -> str:
    """Return one content line with CRLF, folded so that no line has more than 75 octets and no character is cut."""
    parts: list[str] = []
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        # A folded line begins with the blank that folding adds.
        if size + octets > LINE_OCTETS:
            parts.append(part)
            part, size = " ", 1
        part, size = part + sign, size + octets
    return "\r\n".join([*parts, part]) + "\r\n"
