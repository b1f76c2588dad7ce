"""The next visit: when the effect is likely to fade, when the label allows the earliest, and the clinic's slots.

Three things side by side. Nothing here chooses a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from reprieve.core.findings import SourceRef
from reprieve.reference.preparations import LabelInterval, is_verified

# A month has at most 31 days: the cautious reading, shown beside the label's words (a clinic setting).
DAYS_OF_A_MONTH = Decimal(31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earliest:
    """The earliest day by one row of a label."""

    date: date
    words: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """The likely days of fading, 10 % to 90 %, and the median."""

    low: date
    median: date
    high: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One free day of the clinic beside what is known of it; None means that it is not known."""

    date: date
    weeks_since: Decimal
    after_label_interval: bool | None
    in_fading_window: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that speaks for or against a day: what kind, and its values, for words of any language."""

    kind: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextVisit:
    """All of it, with one sentence each. `earliest` and `latest` are None when nothing supports them.

    `remarks` say the same as the sentences in `reasons`, one by one.
    """

    last_session: date | None
    label: Earliest | None
    fading: Fading | None
    earliest: date | None
    latest: date | None
    slots: tuple[Slot, ...]
    booked: tuple[date, ...]
    reasons: tuple[str, ...]
    remarks: tuple[Remark, ...]


def earliest_by_label(last: date, rows: Iterable[LabelInterval]) -> Earliest | None:
    """Return the latest of the label's earliest days after `last`: of several rows the longest interval counts."""
    found = [_earliest(last, row) for row in rows]
    return max(found, key=lambda entry: (entry.date, entry.source.checked), default=None)


def _earliest(last: date, row: LabelInterval) -> Earliest:
    days = row.min_weeks * 7 if row.min_weeks is not None else (row.min_months or Decimal(0)) * DAYS_OF_A_MONTH
    whole = int(days.to_integral_value(ROUND_CEILING))
    return Earliest(date=last + timedelta(days=whole), words=row.words, source=row.source)


def next_visit_window(
    last: date | None,
    label: Earliest | None,
    fading: Fading | None,
    *,
    slots: Sequence[date] = (),
    booked: Sequence[date] = (),
    abstains: str | None = None,
) -> NextVisit:
    """Return what speaks for which day.

    Parameters
    ----------
    last : date or None
        Last session.
    label : Earliest or None
        None when no interval of a label is on file, which is not the same as no interval.
    fading : Fading or None
    slots, booked : sequence of date
        Free days of the clinic; visits that are already booked.
    abstains : str, optional
        Why there is no forecast.
    """
    earliest, latest = _window(label, fading)
    told = _remarks(last, label, fading, abstains, booked)
    return NextVisit(
        last_session=last,
        label=label,
        fading=fading,
        earliest=earliest,
        latest=latest,
        slots=tuple(_slot(day, last, label, fading) for day in sorted(slots)) if last else (),
        booked=tuple(sorted(booked)),
        reasons=tuple(_SENTENCES[one.kind].format(**one.values) for one in told),
        remarks=tuple(told),
    )


def _window(label: Earliest | None, fading: Fading | None) -> tuple[date | None, date | None]:
    if fading is None:
        return (label.date if label else None), None
    first = max(fading.low, label.date) if label else fading.low
    return first, max(first, fading.high)


def _slot(day: date, last: date, label: Earliest | None, fading: Fading | None) -> Slot:
    return Slot(
        date=day,
        weeks_since=(Decimal((day - last).days) / 7).quantize(Decimal("0.1")),
        after_label_interval=None if label is None else day >= label.date,
        in_fading_window=None if fading is None else fading.low <= day <= fading.high,
    )


_SENTENCES = {
    "never_injected": "No injection is on record, so there is no interval to count.",
    "fading": "The effect of the session of {session} is likely to fade between {low} and {high}.",
    "no_forecast": "No forecast: {why}.",
    "no_label_interval": "No shortest interval of a label is on file for this product and condition: that is not none.",
    "label_interval": "The label's shortest interval of {words} ends on {date}.",
    "label_interval_unverified": "The label's shortest interval of {words} ends on {date} (figure not verified).",
    "fades_before_label": (
        "The effect is likely to fade before the label's interval is over: speak about it at the visit."
    ),
    "booked_early": "Booked on {date}, before the label's interval is over.",
}


def _remarks(
    last: date | None, label: Earliest | None, fading: Fading | None, abstains: str | None, booked: Sequence[date]
) -> list[Remark]:
    if last is None:
        return [Remark(kind="never_injected", values={})]
    told = [
        Remark(kind="fading", values={"session": str(last), "low": str(fading.low), "high": str(fading.high)})
        if fading
        else Remark(kind="no_forecast", values={"why": abstains or "nothing supports one"})
    ]
    if label is None:
        told.append(Remark(kind="no_label_interval", values={}))
    else:
        kind = "label_interval" if is_verified(label.source) else "label_interval_unverified"
        told.append(Remark(kind=kind, values={"words": label.words, "date": str(label.date)}))
    if label and fading and fading.high < label.date:
        told.append(Remark(kind="fades_before_label", values={}))
    early = [day for day in booked if label and day < label.date]
    return told + [Remark(kind="booked_early", values={"date": str(day)}) for day in early]
