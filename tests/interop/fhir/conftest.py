"""Random records made from the record's own types, so that a field added tomorrow is in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from reprieve.interop.fhir.json_text import read_json, write_json
from reprieve.interop.fhir.reader import Batch, Incoming, read_batch
from reprieve.interop.fhir.record import FhirRecord
from reprieve.record.chart import Chart, ChartPatient, Session
from reprieve.record.event_bodies import ChecklistStep, SignedPlan, Waste
from reprieve.record.plan import MapView, SitePosition

WORDS = (
    "onabotulinumtoxinA", "abobotulinumtoxinA", "rimabotulinumtoxinB", "prabotulinumtoxinA", "splenius_capitis",
    "sternocleidomastoid", "gastrocnemius", "cervical_dystonia", "human_albumin_allergy", "dysphagia", "twstrs",
    "nrs_pain", "tsui", "word with blanks", "Straße", "左", "a  b", " lead", "trail ", "tab\there", "line\nbreak",
    "quote\"s 'n' \\ back", "<b>&amp;", "é" * 30, "\x00null", "\x1b[31m", "\u2028", "\ufeffbom", "", " ", "\r\n",
    "0", "null", "-1", "#lot", "Patient/x", "👩🏽‍⚕️", "a" * 300, "\x85", "\u00a0",
)  # fmt: skip
NASTY = Decimal("0.1000")


def make_record(seed: int) -> FhirRecord:
    """Return a record; the same for the same seed."""
    random = Random(seed)
    chart = make(Chart, random)
    patient = make(ChartPatient, random)
    chart = dataclasses.replace(chart, patient=patient, sessions=_own_ids(chart.sessions, random))
    ids = [session.id for session in chart.sessions if session.id is not None]
    steps = tuple(dataclasses.replace(make(ChecklistStep, random), session_id=key) for key in ids)
    signed = tuple(dataclasses.replace(make(SignedPlan, random), session_id=key) for key in ids[:1])
    return FhirRecord(
        chart=chart,
        deceased=make(date | None, random),
        waste=tuple(make(Waste, random) for _ in range(random.choice((0, 0, 1, 2)))),
        steps=steps,
        signed_plans=signed,
    )


def _own_ids(sessions: tuple[Session, ...], random: Random) -> tuple[Session, ...]:
    # Two sessions of one id are refused wherever a record is made from a chart.
    return tuple(
        session if session.id is None else dataclasses.replace(session, id=f"{session.id}{number}")
        for number, session in enumerate(sessions)
    )


def make(kind: Any, random: Random) -> Any:
    """Return a random value of the type `kind`."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        options = get_args(kind)
        if NoneType in options and random.random() < 0.3:
            return None
        return make(random.choice([option for option in options if option is not NoneType]), random)
    if origin is Literal:
        return random.choice(get_args(kind))
    if origin is tuple:
        return tuple(make(get_args(kind)[0], random) for _ in range(random.choice((0, 0, 1, 1, 2, 3))))
    if origin is dict:
        return {make(str, random): make(get_args(kind)[1], random) for _ in range(random.choice((0, 1, 2, 4)))}
    if kind is SitePosition:
        x, y = (Decimal(random.randrange(10_001)).scaleb(-4) for _ in range(2))
        return SitePosition(view=random.choice(get_args(MapView)), x=x, y=y, map=make(str, random))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{field.name: make(hints[field.name], random) for field in dataclasses.fields(kind)})
    return PLAIN[kind](random)


def _decimal(random: Random) -> Decimal:
    choice = random.random()
    if choice < 0.1:
        return random.choice((Decimal(0), Decimal("-0.0"), NASTY, Decimal("1E+3"), Decimal("123456789.987654321")))
    return Decimal(random.randrange(-100_000, 1_000_000)).scaleb(-random.randrange(0, 5))


def _moment(random: Random) -> datetime:
    told = datetime(2020, 1, 1) + timedelta(microseconds=random.randrange(10**15))
    zones = (
        UTC,
        timezone(timedelta(hours=-5)),
        timezone(timedelta(minutes=345)),
        timezone(timedelta(seconds=5000)),
        None,
    )
    return told.replace(tzinfo=random.choice(zones), microsecond=random.choice((0, told.microsecond)))


PLAIN: dict[Any, Any] = {
    str: lambda random: random.choice(WORDS),
    bool: lambda random: random.random() < 0.5,
    int: lambda random: random.randrange(-2, 40),
    float: lambda random: random.choice((0.1, 1e-9, 12.5, random.random(), -3.0, 1e20)),
    Decimal: _decimal,
    date: lambda random: date(1900, 1, 1) + timedelta(days=random.randrange(70_000)),
    datetime: _moment,
}


@pytest.fixture(scope="session")
def random_record() -> Callable[[int], FhirRecord]:
    """Makes the random record of a seed."""
    return make_record


@pytest.fixture(scope="session")
def through_text() -> Callable[[Iterable[dict[str, Any]]], Batch]:
    """Writes resources as JSON text and reads the text back."""

    def go(resources: Iterable[dict[str, Any]]) -> Batch:
        text = write_json(list(resources))
        return read_batch([Incoming(resource) for resource in read_json(text, "test")], "test")

    return go
