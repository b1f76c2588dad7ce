"""The checklist with its times, and the cream's times against the texts they were read in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest

from reprieve.core.errors import DateError, ReferenceDataError, UnknownNameError
from reprieve.core.findings import Severity
from reprieve.deliver.checklist import STEPS, checklist
from reprieve.deliver.numbing import numbing_findings, numbing_times
from reprieve.reference import numbing
from reprieve.reference.numbing import numbing_cream, numbing_creams

ON = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)


def later(minutes: float) -> datetime:
    return ON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("name", "effective", "remove", "numb"),
    [
        # Nulbia 5 % SmPC (23 Sep 2021), table 1, needle insertion: 1 to 5 hours.
        ("lidocaine_prilocaine", 60, 300, None),
        # LMX4 posology (MHRA 2019, reprint): adequate after 30 minutes, at most 5 hours from 1 year on.
        ("lidocaine_4", 30, 300, None),
        # Ametop posology (MHRA 2018, reprint): 45 minutes before a cannula; numb for 4 to 6 hours.
        ("tetracaine_4", 45, None, 240),
    ],
)
def test_the_times_are_those_of_the_product_s_text(
    name: str, effective: int, remove: int | None, numb: int | None
) -> None:
    times = numbing_times(numbing_cream(name), ON)
    assert times.effective_from == later(effective)
    assert times.remove_by == (None if remove is None else later(remove))
    assert times.numb_until == (None if numb is None else later(numb))
    assert times.cream.source.checked
    assert times.cream.source.grade in ("label", "label_reprint")


def test_where_the_cream_stands() -> None:
    mixed = numbing_times(numbing_cream("lidocaine_prilocaine"), ON)
    assert [mixed.state(later(m)) for m in (0, 59.9, 60, 300, 300.1)] == [
        "working",
        "working",
        "ready",
        "ready",
        "take_off",
    ]
    gel = numbing_times(numbing_cream("tetracaine_4"), ON)
    assert [gel.state(later(m)) for m in (44, 45, 240, 241)] == ["working", "ready", "ready", "wears_off"]


def test_the_cream_follows_the_clock_not_the_wall_when_the_hour_changes() -> None:
    # Clocks went back in central Europe on 25 October 2026 at 03:00 (to 02:00): 60 minutes stay 60 minutes.
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    on = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(berlin)
    times = numbing_times(numbing_cream("lidocaine_prilocaine"), on)
    assert times.effective_from.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert times.state(datetime(2026, 10, 25, 1, 29, tzinfo=UTC)) == "working"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(DateError, match="needs its zone"):
        numbing_times(numbing_cream("lidocaine_4"), datetime(2026, 11, 26, 8, 30))


def rules(name: str, needle: float | None, removed: float | None) -> list[tuple[str, D | None, D | None, D | None]]:
    found = numbing_findings(
        numbing_times(numbing_cream(name), ON),
        first_needle=None if needle is None else later(needle),
        removed_at=None if removed is None else later(removed),
    )
    assert all(one.severity is Severity.WARNING and one.unit == "minutes" and one.sources for one in found)
    assert all(one.subject == "numbing cream" for one in found)
    return [(one.rule, one.limit, one.actual, one.exceed_by) for one in found]


def test_what_is_said_about_a_cream() -> None:
    assert rules("lidocaine_prilocaine", 60, 300) == []
    assert rules("lidocaine_prilocaine", 45, 45) == [("numbing_too_short", D(60), D(45), D(15))]
    assert rules("lidocaine_prilocaine", 310, 305) == [("numbing_too_long", D(300), D(305), D(5))]
    assert rules("lidocaine_prilocaine", None, None) == []
    assert rules("tetracaine_4", 241, 500) == [("numbing_worn_off", D(240), D(241), D(1))]
    assert rules("tetracaine_4", 240, 500) == []
    # Half a minute over is over and half a minute short is short: neither is told as the limit itself.
    assert rules("tetracaine_4", 240.5, 500) == [("numbing_worn_off", D(240), D(241), D(1))]
    assert rules("lidocaine_prilocaine", None, 300.5) == [("numbing_too_long", D(300), D(301), D(1))]
    assert rules("lidocaine_prilocaine", 59.5, None) == [("numbing_too_short", D(60), D(59), D(1))]
    assert rules("tetracaine_4", None, 500) == []
    (finding,) = numbing_findings(
        numbing_times(numbing_cream("lidocaine_4"), ON), first_needle=later(10), removed_at=None
    )
    assert finding.message == "The cream (lidocaine 4 %, cream) works after 30 minutes; the needle came after 10."


def test_an_unknown_cream_and_a_cream_without_a_source_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="numbing cream"):
        numbing_cream("butter")
    row = {"id": "x", "source": "nowhere", "checked": True}
    monkeypatch.setattr(numbing, "read_json", lambda _: {"creams": [row], "sources": []})
    numbing_creams.cache_clear()
    numbing.numbing_sources.cache_clear()
    try:
        with pytest.raises(ReferenceDataError, match="no known source"):
            numbing_creams()
    finally:
        monkeypatch.undo()
        numbing_creams.cache_clear()
        numbing.numbing_sources.cache_clear()


def test_the_ids_are_those_that_signed_sessions_hold_and_the_screen_sends() -> None:
    # Stored in the record: never rename one. The screen's own list is read from its source.
    assert [(step.id, step.required, step.timed) for step in STEPS] == [
        ("identity", True, False),
        ("consent", False, False),
        ("exposures_asked", False, False),
        ("allergies_asked", False, False),
        ("swallowing_asked", False, False),
        ("cream_on", False, True),
        ("cream_off", False, True),
        ("marked", False, False),
        ("guidance_ready", False, True),
        ("product_and_side", True, True),
    ]
    screen = (Path(__file__).parents[2] / "web/src/session/state.ts").read_text(encoding="utf-8")
    told = re.findall(r'\{ id: "(\w+)", label:', screen)
    assert len(told) >= 7
    assert set(told) <= {step.id for step in STEPS}


def test_an_untouched_list_is_open_but_for_the_cream() -> None:
    seen = checklist({})
    assert [step.id for step in seen.open_steps] == [
        step.id for step in STEPS if step.id not in ("cream_on", "cream_off")
    ]
    assert not seen.may_sign
    assert (seen.done, seen.other, seen.minutes, seen.numbing, seen.findings) == ((), (), None, None, ())


def test_a_cream_that_is_on_must_come_off() -> None:
    seen = checklist({"cream_on": ON})
    assert "cream_off" in [step.id for step in seen.open_steps]
    assert "cream_on" not in [step.id for step in seen.open_steps]
    assert seen.minutes is None


def test_a_signature_needs_the_right_patient_and_the_time_out_only() -> None:
    assert not checklist({"identity": None}).may_sign
    assert not checklist({"product_and_side": None}).may_sign
    assert checklist({"identity": None, "product_and_side": None}).may_sign


def test_steps_come_in_the_order_of_the_list_and_unknown_ones_are_kept() -> None:
    seen = checklist({"tea_offered": None, "product_and_side": later(90), "identity": ON, "consent": None})
    assert [(one.step.id, one.at) for one in seen.done] == [
        ("identity", ON),
        ("consent", None),
        ("product_and_side", later(90)),
    ]
    assert seen.other == ("tea_offered",)
    assert seen.minutes == 90
    assert checklist({"identity": ON, "consent": later(1.99)}).minutes == 1


def test_the_time_out_stands_for_the_first_needle_and_before_it_the_present_moment() -> None:
    cream = numbing_times(numbing_cream("lidocaine_prilocaine"), ON)

    def found(told: dict[str, datetime | None], now: datetime | None = None) -> list[str]:
        return [one.rule for one in checklist(told, numbing=cream, now=now).findings]

    assert found({"cream_on": ON}) == []
    assert found({"cream_on": ON}, later(30)) == ["numbing_too_short"]
    assert found({"cream_on": ON, "product_and_side": later(70)}, later(30)) == []
    # Never noted as taken off: it was on until the needle.
    assert found({"cream_on": ON, "product_and_side": later(301)}) == ["numbing_too_long"]
    assert found({"cream_on": ON, "cream_off": later(299), "product_and_side": later(301)}) == []
