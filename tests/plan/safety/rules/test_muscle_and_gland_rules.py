"""One muscle of one side, one gland, and the labelled sites.

Sources: ``xeomin_medlibrary_p2`` (inco arm, label reprint), ``botox_uspi`` (ona leg, not read), ``yelnik2022`` (abo
French arm, review), ``mpr_myobloc`` (rima glands), ``botoxone_peds`` (ona children), ``dysport_uspi`` (abo children,
not read).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import ABO, ARM, CD, INCO, LEG, ONA, RIMA, found, given, inject, plan, report_of

ABOVE, BELOW, SITES = "muscle_dose_above_label", "muscle_dose_below_label", "sites_differ_from_label"
LATER = (given(300, 10, INCO), given(300, 10, ONA), given(300, 10, ABO))


@pytest.mark.parametrize(
    ("muscle", "low", "high"),
    [
        ("flexor_digitorum_superficialis", "25", "100"),
        ("flexor_carpi_ulnaris", "20", "100"),
        ("biceps_brachii", "50", "200"),
        ("pronator_quadratus", "10", "50"),
        ("adductor_pollicis", "5", "30"),
        ("flexor_pollicis_brevis_opponens", "5", "30"),
    ],
)
def test_inco_arm_table_of_the_label_reprint(muscle: str, low: str, high: str) -> None:
    def arm(units: Decimal) -> list[tuple[str, Severity]]:
        report = report_of(plan(INCO, ARM, inject(muscle, units, sites=2), exposures=LATER))
        return [(f.rule, f.severity) for f in report.findings if f.rule in (ABOVE, BELOW)]

    step = Decimal("0.5")
    assert arm(Decimal(low)) == arm(Decimal(high)) == []
    assert arm(Decimal(high) + step) == [(ABOVE, Severity.ERROR)]
    assert arm(Decimal(low) - step) == [(BELOW, Severity.INFO)]


def test_an_unread_table_warns_and_says_so() -> None:
    one = plan(ONA, LEG, inject("soleus", 80, sites=3), exposures=LATER)
    (finding,) = found(one, ABOVE)
    assert (finding.severity, finding.limit) == (Severity.WARNING, Decimal(75))
    assert found(one, "unverified_limit", "soleus left")


def test_a_review_is_no_label_and_warns() -> None:
    one = plan(ABO, ARM, inject("triceps_brachii", 301, sites=3), jurisdiction="EU", exposures=LATER)
    assert [finding.severity for finding in found(one, ABOVE)] == [Severity.WARNING]


def test_rows_of_one_muscle_and_side_add_up_and_sides_stay_apart() -> None:
    rows = [inject("brachialis", 60, sites=1), inject("brachialis", 50, sites=1)]
    (finding,) = found(plan(INCO, ARM, *rows, exposures=LATER), ABOVE)
    assert (finding.subject, finding.actual) == ("brachialis left", Decimal(110))
    apart = [inject("brachialis", 60, "left", sites=1), inject("brachialis", 50, "right", sites=1)]
    assert not found(plan(INCO, ARM, *apart, exposures=LATER), ABOVE)
    assert not found(plan(INCO, ARM, inject("brachialis", 200, "both", sites=2), exposures=LATER), ABOVE)
    assert len(found(plan(INCO, ARM, inject("brachialis", 201, "both", sites=2), exposures=LATER), ABOVE)) == 2


def test_a_labels_group_takes_its_members_together() -> None:
    thumb = [inject("flexor_pollicis_brevis", 20, sites=1), inject("opponens_pollicis", 20, sites=1)]
    (finding,) = found(plan(INCO, ARM, *thumb, exposures=LATER), ABOVE)
    assert (finding.subject, finding.limit, finding.actual) == (
        "flexor_pollicis_brevis_opponens left",
        Decimal(30),
        Decimal(40),
    )


def test_a_group_of_the_plan_is_held_against_the_labelled_parts_together() -> None:
    # Two heads at 75 units each in the ona leg table.
    assert not found(plan(ONA, LEG, inject("gastrocnemius", 150, sites=6), exposures=LATER), ABOVE)
    (finding,) = found(plan(ONA, LEG, inject("gastrocnemius", 151, sites=6), exposures=LATER), ABOVE)
    assert (finding.limit, finding.subject) == (Decimal(150), "gastrocnemius left")


def test_children_have_units_per_kg() -> None:
    for units, over in (("60", False), ("60.5", True)):  # 3 units/kg at 20 kg
        one = plan(ONA, ARM, inject("biceps_brachii", units, sites=4), age=9, weight=20)
        assert [f.limit for f in found(one, ABOVE)] == ([Decimal(60)] if over else [])


def test_a_childs_dose_has_an_absolute_cap_too() -> None:
    # inco biceps 2 to 3 units/kg, at most 75 (not verified).
    (finding,) = found(plan(INCO, ARM, inject("biceps_brachii", 76, sites=3), age=9, weight=30), ABOVE)
    assert (finding.limit, finding.severity) == (Decimal(75), Severity.WARNING)


@pytest.mark.parametrize(("sites", "told"), [(1, True), (2, False), (3, True), (None, False)])
def test_other_numbers_of_sites_are_told(sites: int | None, told: bool) -> None:
    one = plan(INCO, ARM, inject("flexor_digitorum_profundus", 50, sites=sites), exposures=LATER)
    findings = found(one, SITES)
    assert bool(findings) is told
    assert all(finding.severity is Severity.INFO for finding in findings)


def test_sites_of_split_rows_are_counted_together() -> None:
    rows = [inject("flexor_digitorum_profundus", 25, sites=1), inject("flexor_digitorum_profundus", 25, sites=1)]
    assert not found(plan(INCO, ARM, *rows, exposures=LATER), SITES)


@pytest.mark.parametrize(
    ("gland", "units", "rule"),
    [
        ("parotid_gland", 1500, None),
        ("parotid_gland", 1501, "gland_dose_above_label"),
        ("parotid_gland", 499, "gland_dose_below_label"),
        ("submandibular_gland", 250, None),
        ("submandibular_gland", 251, "gland_dose_above_label"),
    ],
)
def test_glands_have_their_own_row(gland: str, units: int, rule: str | None) -> None:
    report = report_of(plan(RIMA, "sialorrhoea", inject(gland, units, sites=1), exposures=(given(300, 10, RIMA),)))
    names = [(f.rule, f.severity) for f in report.findings if f.rule.startswith("gland")]
    severity = Severity.ERROR if rule == "gland_dose_above_label" else Severity.INFO
    assert names == ([] if rule is None else [(rule, severity)])


def test_the_neck_has_no_label_dose_per_muscle_and_that_is_said() -> None:
    (finding,) = found(plan(ONA, CD), "no_verified_limit", "muscles")
    assert finding.severity is Severity.INFO
    assert "splenius capitis" in finding.message
