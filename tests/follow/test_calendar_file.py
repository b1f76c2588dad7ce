"""Calendar files against the rules of RFC 5545, read back by a reader written from those rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.errors import InputError
from reprieve.follow.calendar_file import CalendarEntry, calendar_text, escaped, folded

STAMP = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=1)))


def read(text: str) -> list[dict[str, str]]:
    """Read events by RFC 5545: unfold (3.1), split at the first colon, undo the escapes of TEXT (3.3.11)."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
    events: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and name not in ("END", "BEGIN"):
            events[-1][name] = _plain(value)
    return events


def _plain(value: str) -> str:
    out, signs = [], iter(value)
    for sign in signs:
        if sign == "\\":
            sign = next(signs)
            sign = "\n" if sign in "nN" else sign
        out.append(sign)
    return "".join(out)


def test_one_visit_by_hand() -> None:
    text = calendar_text([CalendarEntry(uid="p1-1", day=date(2028, 2, 29), summary="Visit; clinic, room 2\\3")], STAMP)
    assert text.split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Reprieve//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "BEGIN:VEVENT",
        "UID:p1-1",
        "DTSTAMP:20261124T083000Z",
        "DTSTART;VALUE=DATE:20280229",
        "DTEND;VALUE=DATE:20280301",
        "SUMMARY:Visit\\; clinic\\, room 2\\\\3",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_the_folding_example_of_the_rfc() -> None:
    # RFC 5545, 3.1: a long line may be split between any two characters by CRLF and one blank.
    line = "DESCRIPTION:" + "This is a long description that exists on a long line. " * 4
    lines = folded(line).split("\r\n")
    assert len(lines[0]) == 75
    assert all(part.startswith(" ") for part in lines[1:-1])
    assert folded(line).replace("\r\n ", "") == line + "\r\n"


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=300), st.text("äß日本😀,;\\\n", max_size=120))
def test_any_text_comes_back_as_it_was_written(summary: str, description: str) -> None:
    entry = CalendarEntry(uid="u", day=date(2026, 1, 1), summary=summary or "x", description=description)
    (event,) = read(calendar_text([entry], STAMP))

    def kept(text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(s for s in text if s in "\t\n" or (ord(s) >= 32 and ord(s) != 127))

    assert event["SUMMARY"] == kept(summary or "x")
    assert event.get("DESCRIPTION", "") == kept(description)


def test_what_makes_no_file_is_refused() -> None:
    entry = CalendarEntry(uid="u", day=date(2026, 1, 1), summary="x")
    with pytest.raises(InputError, match="share the uid"):
        calendar_text([entry, entry], STAMP)
    with pytest.raises(InputError, match="has no zone"):
        calendar_text([entry], datetime(2026, 1, 1))
    assert read(calendar_text([], STAMP.astimezone(UTC))) == []
    assert escaped("a\x00b\x7fc") == "abc"
