"""A clinic's review of reference rows in a real record, and what the safety rules then make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.check import check_plan
from reprieve.app.clinic import Clinic
from reprieve.app.reviews.facts import reviewed_facts
from reprieve.app.reviews.policy import set_policy
from reprieve.app.reviews.rows import (
    RowToReview,
    review_list,
    review_row,
    review_rows,
    reviews_of,
    second_review,
    take_back_review,
)
from reprieve.core.errors import ConflictError, InputError, UnknownNameError
from reprieve.core.findings import Severity
from reprieve.record.clinic_bodies import ClinicPolicy
from reprieve.record.plan import Injection, Plan
from reprieve.reference.preparations import product_facts
from reprieve.reference.reviewable import (
    dilution_id,
    reviewable_row,
    reviewable_rows,
    reviewed_preparation,
    use_within_id,
)
from reprieve.reference.reviews import Review, reviews_in_force
from reprieve.store.engine import Database
from reprieve.store.verify import verify

ONA, ABO = "onabotulinumtoxinA", "abobotulinumtoxinA"
TODAY = date(2026, 11, 26)
DOCTOR = Person("clinic", "Dr. A", Role.INJECTOR)
PHARMACIST = Person("clinic", "P. Harm", Role.PHARMACIST)
SITE = "ona_us_cervical_dystonia.site_units"


class Hands:
    def __init__(self, folder: Path) -> None:
        self.at = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
        self.database = Database(str(folder / "clinic.db"))
        self.store = Clinic(self.database, clock=lambda: self.at, accounts=SimpleNamespace())  # type: ignore[arg-type]

    def review(self, row: str = SITE, verdict: str = "confirmed", by: Person = DOCTOR, **more: Any) -> str:
        values = {"row_id": row, "verdict": verdict, "source": "label in hand, section 2.4", **more}
        return review_row(self.store, by, RowToReview(**values)).answer["review_id"]

    def states(self) -> list[str]:
        return [row["state"] for row in review_list(self.store, "clinic")]

    def policy(self, **values: Any) -> None:
        set_policy(self.store, DOCTOR, ClinicPolicy(**values), reason="board of November")


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    made = Hands(tmp_path)
    yield made
    made.database.close()


def test_a_review_counts_for_its_clinic_only_and_the_shipped_row_stays_beside_it(hands: Hands) -> None:
    hands.review(verdict="corrected", value=D(40), note="new label")
    (row,) = review_rows(hands.store, "clinic", text="ona us cervical site units")
    assert (row["value"], row["review"]["value"], row["review"]["by"]) == ("50", "40", "Dr. A")
    (elsewhere,) = review_rows(hands.store, "other", text="ona us cervical site units")
    assert elsewhere["review"] is None
    (told,) = review_list(hands.store, "clinic")
    assert (told["state"], told["shipped"]["shown"], told["on"]) == ("counts", "50 units", "2026-11-26")
    assert verify(hands.database).ok


def test_the_safety_rules_take_the_reviews_as_they_are(hands: Hands) -> None:
    rows = (Injection(muscle="splenius_capitis", side="left", units=D(90), sites=2),)
    plan = Plan(product=ONA, indication="cervical_dystonia", jurisdiction="US", injections=rows)

    def rules() -> dict[str, Severity]:
        report = check_plan(plan, today=TODAY, reviews=reviews_of(hands.store, "clinic"))
        return {finding.rule: finding.severity for finding in report.findings}

    assert "site_units_exceeded" not in rules()  # 45 of 50 units a site
    review = hands.review(verdict="corrected", value=D(40))
    assert rules()["site_units_exceeded"] is Severity.ERROR
    take_back_review(hands.store, DOCTOR, review, reason="misread the table")
    assert "site_units_exceeded" not in rules()


def test_where_the_policy_asks_a_second_person_a_review_waits_for_one(hands: Hands) -> None:
    hands.policy(second_person_for_reviews="corrections")
    hands.review("ona_eu_cervical_dystonia.maximum")
    review = hands.review(verdict="corrected", value=D(40), effective_from=TODAY)
    assert hands.states() == ["waits_for_second", "counts"]
    assert [one.row_id for one in reviews_of(hands.store, "clinic")] == ["ona_eu_cervical_dystonia.maximum"]
    with pytest.raises(InputError, match="must not be the first"):
        second_review(hands.store, DOCTOR, review)
    with pytest.raises(InputError, match="must not be the first"):
        second_review(hands.store, PHARMACIST, review, second="dr. a")
    hands.at += timedelta(days=3)
    second_review(hands.store, PHARMACIST, review)
    # It counts from the day of the second person, not from the day that was asked for.
    (told,) = [one for one in reviews_of(hands.store, "clinic") if one.row_id == SITE]
    assert (told.second, told.effective_from) == ("P. Harm", date(2026, 11, 29))
    assert hands.states() == ["counts", "counts"]
    with pytest.raises(ConflictError, match="already"):
        second_review(hands.store, PHARMACIST, review)


def test_whoever_recorded_a_review_for_somebody_else_cannot_be_the_second_person(hands: Hands) -> None:
    hands.policy(second_person_for_reviews="always")
    wish = RowToReview(row_id=SITE, verdict="confirmed", source="label in hand")
    review = review_row(hands.store, DOCTOR, wish, reviewer="P. Harm").answer["review_id"]
    with pytest.raises(InputError, match="recorded this review yourself"):
        second_review(hands.store, DOCTOR, review)
    second_review(hands.store, DOCTOR, review, second="Dr. Third")
    assert hands.states() == ["counts"]


def test_a_review_is_effective_dated(hands: Hands) -> None:
    hands.review(verdict="corrected", value=D(40), effective_from=date(2026, 12, 1))
    assert hands.states() == ["not_yet"]
    assert reviews_in_force(reviews_of(hands.store, "clinic"), date(2026, 11, 30)) == {}
    assert reviews_in_force(reviews_of(hands.store, "clinic"), date(2026, 12, 1))[SITE].value == 40
    hands.at = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    hands.review(verdict="withdrawn")
    assert hands.states() == ["counts", "replaced"]


@pytest.mark.parametrize(
    ("value", "waits"), [("10.1", False), ("10", True), ("249", False), ("250", True), ("500", True), ("0", True)]
)
def test_a_figure_far_from_the_shipped_one_waits_for_a_second_person(hands: Hands, value: str, waits: bool) -> None:
    """50 units a site are shipped: a digit too many would lift a limit at once, whatever the policy asks for."""
    review = hands.review(verdict="corrected", value=D(value))
    assert [one.value for one in reviews_of(hands.store, "clinic")] == ([] if waits else [D(value)])
    second_review(hands.store, PHARMACIST, review)
    assert [one.value for one in reviews_of(hands.store, "clinic")] == [D(value)]


def test_what_is_no_review_is_refused_and_nothing_is_written(hands: Hands) -> None:
    head = hands.store.ledger.head()
    for more, error, says in (
        ({"row": "ona_us_cervical_dystonia.site_unit"}, UnknownNameError, "reference row"),
        ({"source": " "}, InputError, "source takes"),
        ({"note": "x" * 501}, InputError, "note takes"),
        ({"verdict": "corrected"}, InputError, "needs its new value"),
        ({"value": D(5)}, InputError, "needs its new value"),
        ({"verdict": "corrected", "value": D(-1)}, InputError, "must not be negative"),
        ({"verdict": "corrected", "value": D(50)}, InputError, "says 50 units already"),
        ({"effective_from": date(2026, 11, 25)}, InputError, "does not count backwards"),
    ):
        with pytest.raises(error, match=says):
            hands.review(**more)  # type: ignore[arg-type]
    for act in (
        lambda: second_review(hands.store, DOCTOR, "nope"),
        lambda: take_back_review(hands.store, DOCTOR, "nope", reason="why not"),
    ):
        with pytest.raises(UnknownNameError, match="no review"):
            act()
    assert hands.store.ledger.head() == head
    review = hands.review()
    with pytest.raises(InputError, match="reason"):
        take_back_review(hands.store, DOCTOR, review, reason=" ")
    take_back_review(hands.store, DOCTOR, review, reason="wrong row")
    with pytest.raises(ConflictError, match="taken back already"):
        second_review(hands.store, PHARMACIST, review)
    assert hands.states() == ["taken_back"]


def test_rows_that_nobody_verified_can_be_found(hands: Hands) -> None:
    row = use_within_id(ABO)
    found = [one["id"] for one in review_rows(hands.store, "clinic", product=ABO, unverified=True)]
    assert row in found
    assert all(one.startswith(("abo", "preparation.abo")) for one in found)
    hands.review(row)
    assert row not in [one["id"] for one in review_rows(hands.store, "clinic", product=ABO, unverified=True)]


def test_a_confirmed_time_of_use_blocks_from_then_on(hands: Hands) -> None:
    assert reviewed_facts(hands.store, "clinic", ABO).use_within == product_facts(ABO).use_within
    hands.review(use_within_id(ABO), "corrected", value=D(8))
    within = reviewed_facts(hands.store, "clinic", ABO).use_within
    assert within is not None
    assert (within.hours, within.source.grade, within.source.checked) == (8, "clinic_review", True)
    hands.review(use_within_id(ABO), "withdrawn")
    assert reviewed_facts(hands.store, "clinic", ABO).use_within is None


def test_labelled_dilutions_are_reviewed_one_by_one() -> None:
    facts = product_facts(ONA)
    first, second, third = facts.dilutions[:3]

    def review(row: Any, verdict: Any, value: D | None = None) -> Review:
        return Review(
            row_id=dilution_id(ONA, row),
            verdict=verdict,
            value=value,
            source="s",
            by="b",
            on=TODAY,
            effective_from=TODAY,
        )

    seen = reviewed_preparation(
        facts, [review(first, "confirmed"), review(second, "corrected", D(7)), review(third, "withdrawn")], TODAY
    ).dilutions
    assert len(seen) == len(facts.dilutions) - 1
    assert (seen[0].units_per_0_1_ml, seen[0].source.grade) == (first.units_per_0_1_ml, "clinic_review")
    assert (seen[1].units_per_0_1_ml, seen[1].source.grade) == (7, "clinic_review")
    assert seen[2:] == facts.dilutions[3:]


def test_every_limit_and_preparation_can_be_reviewed_by_a_stable_id() -> None:
    rows = reviewable_rows()
    assert all(row.id == key and row.source.key for key, row in rows.items())
    with pytest.raises(UnknownNameError):
        reviewable_row("nothing")
    assert reviewable_row(SITE).value == 50


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"row_id": " "}, "row_id"),
        ({"source": ""}, "source"),
        ({"by": ""}, "by"),
        ({"verdict": "maybe"}, "confirmed, corrected or withdrawn"),
        ({"second": "b"}, "second person"),
    ],
)
def test_a_review_is_whole(change: dict[str, Any], says: str) -> None:
    values = {"row_id": "r", "verdict": "confirmed", "source": "s", "by": "b", "on": TODAY, "effective_from": TODAY}
    with pytest.raises(InputError, match=says):
        Review(**(values | change))


def test_what_people_write_is_text(hands: Hands) -> None:
    with pytest.raises(InputError, match="control character"):
        hands.review(source="label\x00in hand")
    with pytest.raises(InputError, match="reviewer's name takes"):
        review_row(hands.store, DOCTOR, RowToReview(row_id=SITE, verdict="confirmed", source="label"), reviewer=" ")
    hands.review(source="label in hand,\nsection 2.4", note="")
