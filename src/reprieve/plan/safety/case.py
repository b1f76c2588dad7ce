"""A plan worked out once for all rules: products, ages, limbs, volumes, doses in the past, rows that hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from reprieve.core.dates import age_years, days_between
from reprieve.core.dose import check_units, plain, within
from reprieve.core.errors import DateError, InputError
from reprieve.plan.safety.concentration import units_per_ml
from reprieve.plan.safety.given_before import Earlier, earlier_doses
from reprieve.plan.safety.settings import SafetySettings
from reprieve.plan.safety.target import Target, target_of
from reprieve.record.plan import Injection, Plan
from reprieve.reference.formulary.indication import Indication
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow
from reprieve.reference.formulary.limits import indications, limits_of, reviewed
from reprieve.reference.formulary.product import Product, product
from reprieve.reference.preparations import check_condition
from reprieve.reference.reviews import Review

ADULT_YEARS = Decimal(18)
OLDEST_YEARS = Decimal(130)
NO_ROWS: tuple[LimitRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One injection with what the rules need of it."""

    injection: Injection
    target: Target
    sides: tuple[str | None, ...]
    subject: str
    volume_ml: Decimal | None

    @property
    def units(self) -> Decimal:
        """Units of the plan's product, all sides together."""
        return self.injection.units

    @property
    def units_a_side(self) -> Decimal:
        """Units on each side; a dose for both sides counts half on each."""
        return self.injection.units / len(self.sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that a rule reads. Built by `case_of`; see its fields' names.

    `age` is None when unknown; then the adult rows hold and a finding says that children's limits were not looked at.
    """

    plan: Plan
    product: Product
    settings: SafetySettings
    on: date
    now: datetime | None
    age: Decimal | None
    child: bool
    placed: tuple[Placed, ...]
    total: Decimal
    units_per_ml: Decimal | None
    earlier: Earlier
    labels: tuple[Indication, ...]
    rows: Mapping[LimitKind, tuple[LimitRow, ...]]

    @property
    def jurisdiction(self) -> str | None:
        """Where the plan is for."""
        return self.plan.jurisdiction

    @property
    def weight_kg(self) -> Decimal | None:
        """The patient's weight, None if unknown."""
        return self.plan.patient.weight_kg

    @property
    def naive(self) -> bool:
        """Whether no earlier dose of this product is known: its labelled first dose is looked at."""
        return self.earlier.last_of_product is None

    def of(self, kind: LimitKind) -> tuple[LimitRow, ...]:
        """Return the rows of one kind that hold for this plan."""
        return self.rows.get(kind, NO_ROWS)


def case_of(
    plan: Plan, *, today: date, now: datetime | None, reviews: Sequence[Review], settings: SafetySettings
) -> Case:
    """Work out `plan`.

    Raises
    ------
    InputError
        A value is none: a negative dose, a weight or an age that nobody has.
    UnknownNameError
        Product, indication or muscle is not in the reference data.
    """
    found = product(plan.product)
    check_condition(plan.indication)
    on = plan.date or today
    age = _age(plan, on)
    _check_numbers(plan)
    concentration = units_per_ml(plan)
    placed = tuple(_place(injection, concentration) for injection in plan.injections)
    total = sum((entry.injection.units for entry in placed), Decimal(0))
    check_units(total, plan.product)
    return Case(
        plan=plan,
        product=found,
        settings=settings,
        on=on,
        now=now,
        age=age,
        child=age is not None and age < ADULT_YEARS,
        placed=placed,
        total=total,
        units_per_ml=concentration,
        earlier=earlier_doses(plan, found, on),
        labels=_labels(plan),
        rows=_rows(plan, age, on, reviews),
    )


def _age(plan: Plan, on: date) -> Decimal | None:
    patient = plan.patient
    age = patient.age_years
    if age is not None and not within(age, 0, OLDEST_YEARS):
        raise InputError(f"age_years must lie between 0 and {OLDEST_YEARS}, but got {plain(age)}; correct it")
    if patient.birth_date is None:
        return age
    by_birth = Decimal(age_years(patient.birth_date, on))
    if by_birth > OLDEST_YEARS:
        raise InputError(f"birth_date {patient.birth_date} makes an age of {by_birth}; nobody is so old, correct it")
    # An age may have been told a birthday ago; more than that are two people, or a slip that hides a child.
    if age is not None and not -1 <= age - by_birth < 2:
        raise InputError(
            f"age_years {plain(age)} and birth_date {patient.birth_date} ({by_birth} years) contradict each other; "
            "leave out the one that is wrong"
        )
    return by_birth


def _check_numbers(plan: Plan) -> None:
    weight = plan.patient.weight_kg
    if weight is not None and not within(weight, Decimal("0.5"), 500):
        raise InputError(f"weight_kg must lie between 0.5 and 500 kg, but got {plain(weight)} kg; correct it")
    if not plan.injections:
        raise InputError("a plan needs at least one injection, but got none; add a muscle")
    for entry in plan.injections:
        check_units(entry.units, plan.product)
        if entry.sites is not None and not 0 < entry.sites <= 200:
            raise InputError(f"sites of {entry.muscle} must lie between 1 and 200, but got {entry.sites}; correct it")
        if entry.volume_ml is not None and not (within(entry.volume_ml, 0, 100) and entry.volume_ml > 0):
            raise InputError(
                f"volume_ml of {entry.muscle} must lie between 0 and 100 mL, but got {plain(entry.volume_ml)} mL; "
                "correct it"
            )
    for exposure in plan.patient.exposures:
        if exposure.units is not None:
            check_units(exposure.units, exposure.product)
    last = plan.last_session
    if last is not None and last.units is not None:
        check_units(last.units, last.product)
    if last is not None and plan.date is not None and days_between(last.date, plan.date) < 0:
        raise DateError(f"last_session {last.date} lies after the plan's date {plan.date}; check both dates")


def _place(injection: Injection, concentration: Decimal | None) -> Placed:
    target = target_of(injection.muscle)
    sides: tuple[str | None, ...] = (injection.side,)
    if injection.side == "both":
        sides = ("left", "right")
    volume = injection.volume_ml
    if volume is None and concentration is not None:
        volume = injection.units / concentration
    subject = injection.muscle if injection.side is None else f"{injection.muscle} {injection.side}"
    return Placed(injection=injection, target=target, sides=sides, subject=subject, volume_ml=volume)


def _labels(plan: Plan) -> tuple[Indication, ...]:
    return tuple(
        entry
        for entry in indications(plan.product)
        if plan.indication in entry.conditions and entry.holds_in(plan.jurisdiction)
    )


def _rows(
    plan: Plan, age: Decimal | None, on: date, reviews: Sequence[Review]
) -> Mapping[LimitKind, tuple[LimitRow, ...]]:
    years = ADULT_YEARS if age is None else age
    if not reviews:
        return _shipped(plan.product, plan.indication, plan.jurisdiction, years)
    return _by_kind(reviewed(_selected(plan.product, plan.indication, plan.jurisdiction, years), reviews, on))


@cache
def _shipped(
    product: str, condition: str, jurisdiction: str | None, years: Decimal
) -> Mapping[LimitKind, tuple[LimitRow, ...]]:
    return _by_kind(_selected(product, condition, jurisdiction, years))


def _selected(product: str, condition: str, jurisdiction: str | None, years: Decimal) -> tuple[LimitRow, ...]:
    """Return the rows for a person of that age; of one younger than every label, the rows of all ages.

    A child below the labelled ages must not be freer of limits than one within them.
    """
    rows = limits_of(product, condition, jurisdiction)
    labels = [
        entry
        for entry in indications(product)
        if entry.labelled and condition in entry.conditions and entry.holds_in(jurisdiction)
    ]
    if years < ADULT_YEARS and labels and not any(entry.holds_at(years) for entry in labels):
        return rows
    return tuple(row for row in rows if row.holds_at(years))


def _by_kind(rows: Sequence[LimitRow]) -> Mapping[LimitKind, tuple[LimitRow, ...]]:
    table: dict[LimitKind, list[LimitRow]] = {}
    for row in rows:
        table.setdefault(row.kind, []).append(row)
    return MappingProxyType({kind: tuple(entries) for kind, entries in table.items()})
