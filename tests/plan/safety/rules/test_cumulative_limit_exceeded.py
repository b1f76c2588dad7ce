"""Windows: across uses, brands and clinics; borders of the day; leap years; what is unknown.

Figures: 400 units in 3 months, adults, one or more indications, Botox and Botox Cosmetic together (``lexi_ona``); the
lower of 10 units/kg and 340 units for children (``label_snippets_misc``, not verified); 200 units in 30 days for the
lids (``botoxone_bleph``); EU lids 100 units in 12 weeks (``rxreasoner_bleph_eu``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from reprieve.plan.safety import SafetySettings
from reprieve.plan.safety.given_before import earlier_doses
from reprieve.record.plan import Exposure, LastSession
from reprieve.reference.formulary.product import product
from support.plans import ABO, BLEPH, CD, DAXI, ONA, TODAY, found, given, inject, plan, report_of

RULE = "cumulative_limit_exceeded"


@pytest.mark.parametrize(("units", "over"), [("400", None), ("400.5", "0.5"), ("410", "10")])
def test_one_session_alone_against_400(units: str, over: str | None) -> None:
    findings = found(plan(ONA, CD, inject("splenius_capitis", units, sites=10)), RULE)
    assert [finding.exceed_by for finding in findings] == ([] if over is None else [Decimal(over)])
    assert all(finding.severity is Severity.ERROR and finding.limit == 400 for finding in findings)


@pytest.mark.parametrize(
    ("days_ago", "counted"),
    [(0, True), (1, True), (84, True), (90, True), (91, True), (92, False), (93, False)],
)
def test_three_months_count_as_92_days_and_the_border_day_is_outside(days_ago: int, counted: bool) -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 201, sites=5), exposures=(given(days_ago, 200),))
    assert bool(found(one, RULE)) is counted


def test_three_calendar_months_are_never_longer_than_the_window() -> None:
    # The longest three months of any year, by the calendar: 1 July to 1 October, 92 days.
    spans = [
        (date(year + (month + 3 > 12), (month + 2) % 12 + 1, 1) - date(year, month, 1)).days
        for year in (2023, 2024)
        for month in range(1, 13)
    ]
    assert max(spans) == SafetySettings().days_in_three_months == 92


def test_the_29th_of_february_is_a_day_like_any_other() -> None:
    exposure = Exposure(date=date(2028, 2, 29), product=ONA, units=Decimal(200))
    for day, counted in ((date(2028, 5, 30), True), (date(2028, 5, 31), False)):  # 91 and 92 days
        one = plan(ONA, CD, inject("splenius_capitis", 201, sites=5), exposures=(exposure,), on=day)
        assert bool(found(one, RULE)) is counted, day


def test_a_change_of_the_clock_moves_no_border() -> None:
    # Clocks change on 25 October 2026 in Europe and on 1 November in the US; days are counted on dates.
    exposure = Exposure(date=date(2026, 8, 26), product=ONA, units=Decimal(200))
    one = plan(ONA, CD, inject("splenius_capitis", 201, sites=5), exposures=(exposure,), on=date(2026, 11, 26))
    assert not found(one, RULE)  # 92 days
    assert found(
        plan(ONA, CD, inject("splenius_capitis", 201, sites=5), exposures=(exposure,), on=date(2026, 11, 25)), RULE
    )


@pytest.mark.parametrize("brand", ["Botox Cosmetic", "botox", "Vistabel", ONA])
def test_brands_of_one_substance_add_up_and_so_do_uses_and_clinics(brand: str) -> None:
    elsewhere = Exposure(
        date=date(2026, 10, 1), product=brand, units=Decimal("155"), indication="chronic_migraine", place="elsewhere"
    )
    findings = found(plan(ONA, CD, inject("splenius_capitis", 250, sites=6), exposures=(elsewhere,)), RULE)
    assert [(finding.actual, finding.exceed_by) for finding in findings] == [(Decimal(405), Decimal(5))]


def test_units_of_another_product_are_never_added() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 300, sites=6), exposures=(given(20, 5000, ABO),))
    assert not found(one, RULE)
    assert [limit.actual for limit in report_of(one).limits if limit.rule == RULE] == [Decimal(300)]


def test_last_session_and_exposure_of_the_same_day_are_one_dose() -> None:
    same = LastSession(date=date(2026, 9, 20), product=ONA, units=Decimal(150))
    listed = Exposure(date=date(2026, 9, 20), product="Botox", units=Decimal(150))
    one = plan(ONA, CD, inject("splenius_capitis", 250, sites=6), exposures=(listed,), last_session=same)
    assert not found(one, RULE)
    other_day = LastSession(date=date(2026, 9, 21), product=ONA, units=Decimal(150))
    assert found(
        plan(ONA, CD, inject("splenius_capitis", 250, sites=6), exposures=(listed,), last_session=other_day), RULE
    )


def test_two_clinics_on_one_day_are_two_doses() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 150, sites=6), exposures=(given(30, 130), given(30, 130)))
    assert [finding.actual for finding in found(one, RULE)] == [Decimal(410)]


@pytest.mark.parametrize(("weight", "limit"), [(20, "200"), (34, "340"), ("33.9", "339"), (50, "340"), (None, "340")])
def test_a_child_has_the_lower_of_weight_and_cap_and_it_only_warns_since_it_is_not_verified(
    weight: object, limit: str
) -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 360, sites=9), age=12, weight=weight)
    findings = found(one, RULE)
    assert [(finding.severity, finding.limit) for finding in findings] == [(Severity.WARNING, Decimal(limit))]
    assert found(one, "unverified_limit", "patient")


def test_the_lids_have_a_window_of_their_own() -> None:
    lids = inject("orbicularis_oculi", "30", sites=12)
    over = (given(29, 180, indication=BLEPH),)
    assert [finding.limit for finding in found(plan(ONA, BLEPH, lids, exposures=over), RULE)] == [Decimal(200)]
    assert not found(plan(ONA, BLEPH, lids, exposures=(given(30, 180, indication=BLEPH),)), RULE)
    assert not found(plan(ONA, BLEPH, lids, exposures=(given(29, 180, indication=CD),)), RULE)
    # Whose use was not told counts: unknown is not "for something else".
    assert found(plan(ONA, BLEPH, lids, exposures=(given(29, 180, indication=None),)), RULE)


def test_the_eu_lids_allow_100_units_in_12_weeks() -> None:
    lids = inject("orbicularis_oculi", "50", sites=20)
    for days, counted in ((83, True), (84, False)):
        one = plan(ONA, BLEPH, lids, jurisdiction="EU", exposures=(given(days, 60, indication=BLEPH),))
        assert bool(found(one, RULE)) is counted


def test_unknown_units_are_said_and_not_taken_for_none() -> None:
    one = plan(ONA, CD, exposures=(given(40, None),))
    assert found(one, "exposure_unknown")
    assert any(gap.rule == RULE and "units" in gap.missing for gap in report_of(one).not_checked)


def test_a_payer_is_no_label() -> None:
    one = plan(DAXI, CD, inject("splenius_capitis", 250), exposures=(given(83, 100, DAXI),))
    findings = found(one, "payer_limit_exceeded")
    assert [(finding.severity, finding.limit) for finding in findings] == [(Severity.WARNING, Decimal(300))]
    assert not found(
        plan(DAXI, CD, inject("splenius_capitis", 250), exposures=(given(84, 100, DAXI),)), "payer_limit_exceeded"
    )


def test_what_would_clear_it_is_said() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 250, sites=6), exposures=(given(60, 200),))
    (finding,) = found(one, RULE)
    assert "at most 200 units now" in finding.clears_if
    assert "32 days" in finding.clears_if
    assert one.date == TODAY


def test_the_wait_is_counted_from_the_latest_dose() -> None:
    def clears(*days_ago: int) -> str:
        doses = tuple(given(day, 200) for day in days_ago)
        (finding,) = found(plan(ONA, CD, inject("splenius_capitis", 250, sites=6), exposures=doses), RULE)
        return finding.clears_if

    assert clears(60, 30) == "at most 0 units now, or wait until earlier doses leave the window (the latest in 62 days)"
    assert clears(0) == "at most 200 units now, or wait until earlier doses leave the window (the latest in 92 days)"


def test_another_setting_of_the_window_is_used_and_shown() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 250, sites=6), exposures=(given(84, 200),))
    assert found(one, RULE)
    assert not found(one, RULE, settings=SafetySettings(days_in_three_months=84))
    (limit,) = [limit for limit in report_of(one).limits if limit.rule == RULE]
    assert limit.words == '"3 months" counted as 92 days'


@pytest.mark.parametrize(
    ("told", "summed"),
    [
        ((None,), 400),  # a dose without units does not hide those of the last session
        ((1,), 400),
        ((100, 50), 400),
        ((349,), 400),
        ((350,), 400),
        ((400,), 450),
        ((None, 100), 400),
    ],
)
def test_of_the_last_session_and_an_exposure_of_its_day_the_larger_counts(
    told: tuple[int | None, ...], summed: int
) -> None:
    """350 units were given 60 days ago; the history names the same day and substance with other units, or none."""
    exposures = tuple(given(60, units, "Botox") for units in told)
    one = plan(
        ONA,
        CD,
        inject("splenius_capitis", 50),
        exposures=exposures,
        last_session=LastSession(date=TODAY - timedelta(days=60), product=ONA, units=Decimal(350)),
    )
    (limit,) = (entry for entry in report_of(one).limits if entry.rule == RULE)
    assert limit.actual == summed


def test_of_a_last_session_that_is_all_told_nothing_is_left_over() -> None:
    """An exposure of the same day and substance says all of it; of a name that is not on file nobody knows."""
    session = LastSession(date=TODAY - timedelta(days=60), product=ONA, units=None)

    def earlier(product_named: str, last_session: LastSession) -> list[Decimal | None]:
        one = plan(ONA, CD, exposures=(given(60, 100, product_named),), last_session=last_session)
        told = earlier_doses(one, product(ONA), TODAY)
        return [dose.units for dose in (*told.same, *told.nameless)]

    assert earlier("Botox", session) == [Decimal(100)]
    assert earlier("Botox", replace(session, units=Decimal(100))) == [Decimal(100)]
    assert earlier("Botulin-X", session) == [None, Decimal(100)]
