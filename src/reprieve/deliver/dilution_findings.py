"""What is to be said about a vial as it is made up: label against arithmetic, label table, use, plausibility."""

from __future__ import annotations

from decimal import Decimal

from reprieve.core.dose import Dose, plain
from reprieve.core.findings import Finding, Severity
from reprieve.deliver.reconstitution import TENTH_ML, Preparation, rounded, vials_for
from reprieve.reference.preparations import ProductFacts, preparation_sources

# A check of this program, not of any label: a misplaced decimal point is a factor of ten; the labelled tables of one
# vial span a factor of sixteen at most, so four beyond either end is far from them and still caught.
FAR_FROM_TABLE = Decimal(4)


def dilution_findings(
    preparation: Preparation,
    facts: ProductFacts,
    dose: Dose | None = None,
    *,
    indication: str | None = None,
    jurisdiction: str | None = None,
) -> tuple[Finding, ...]:
    """Return all findings about one preparation, the heaviest rules first.

    Parameters
    ----------
    preparation : Preparation
    facts : ProductFacts
    dose : Dose, optional
        What is to be drawn from the vial.
    indication : str, optional
        What it is for; without it nothing is said about the use of the label's row.
    jurisdiction : str, optional
        Where; without it nothing is said about where the label's row holds.
    """
    findings = [
        _differs(preparation, dose),
        _too_small(preparation, dose),
        _implausible(preparation, facts),
        _not_on_label(preparation, facts),
        _other_use(preparation, indication),
        _elsewhere(preparation, jurisdiction),
        _unverified(preparation),
    ]
    return tuple(finding for finding in findings if finding is not None)


def _differs(preparation: Preparation, dose: Dose | None) -> Finding | None:
    label = preparation.label
    if label is None or not preparation.differs_from_label:
        return None
    used = (
        "the label's value is used"
        if preparation.label_decides
        else "the label's value is unverified, arithmetic is used"
    )
    volumes = ""
    if dose is not None:
        by_label = rounded(dose.units * TENTH_ML / label.units_per_0_1_ml)
        by_arithmetic = preparation.arithmetic_volume_of(dose)
        volumes = (
            f"; {plain(dose.units)} units are {_short(by_label)} mL by the label and {_short(by_arithmetic)} mL "
            "by arithmetic"
        )
    actual = preparation.units_per_0_1_ml
    return Finding(
        rule="label_value_differs_from_arithmetic",
        severity=Severity.WARNING,
        message=(
            f"{plain(preparation.vial.units)} units in {plain(preparation.volume_ml)} mL are {_short(actual)} units "
            f"per 0.1 mL by arithmetic, but the label prints {plain(label.units_per_0_1_ml)}{volumes}; {used}."
        ),
        limit=label.units_per_0_1_ml,
        actual=actual,
        exceed_by=rounded(actual - label.units_per_0_1_ml),
        unit="units per 0.1 mL",
        subject="reconstitution",
        sources=(label.source,),
        clears_if="another labelled dilution is chosen, whose printed value and arithmetic agree",
    )


def _not_on_label(preparation: Preparation, facts: ProductFacts) -> Finding | None:
    if preparation.label is not None:
        return None
    rows = [row for row in facts.dilutions if row.vial_units == preparation.vial.units]
    known = ", ".join(plain(amount) for amount in sorted({row.diluent_ml for row in rows}))
    table = f"the table on file has {known} mL" if rows else "no labelled dilution of this vial is on file"
    return Finding(
        rule="dilution_not_on_label",
        severity=Severity.INFO,
        message=(
            f"{plain(preparation.diluent_ml)} mL for a vial of {plain(preparation.vial.units)} units of "
            f"{facts.product} is not in the labelled dilution table; {table}."
        ),
        actual=preparation.diluent_ml,
        unit="mL",
        subject="reconstitution",
        sources=tuple(dict.fromkeys(row.source for row in rows)),
        clears_if="a labelled dilution is chosen",
    )


def _implausible(preparation: Preparation, facts: ProductFacts) -> Finding | None:
    """Say that the volume lies far outside the table of this vial: most likely a slip of the decimal point."""
    volumes = [
        row.diluent_ml for row in facts.dilutions if row.vial_units == preparation.vial.units and row.diluent_ml > 0
    ]
    if not volumes or not preparation.diluent_ml:
        return None
    low, high = min(volumes) / FAR_FROM_TABLE, max(volumes) * FAR_FROM_TABLE
    actual = preparation.diluent_ml
    if low <= actual <= high:
        return None
    limit = low if actual < low else high
    return Finding(
        rule="implausible_volume",
        severity=Severity.WARNING,
        message=(
            f"{plain(actual)} mL of diluent is far from the labelled {plain(min(volumes))} to {plain(max(volumes))} mL "
            f"for a vial of {plain(preparation.vial.units)} units of {facts.product}; check the decimal point."
        ),
        limit=limit,
        actual=actual,
        exceed_by=abs(actual - limit),
        unit="mL",
        subject="reconstitution",
        sources=tuple(dict.fromkeys(row.source for row in facts.dilutions if row.vial_units == preparation.vial.units)),
        clears_if=f"the volume lies between {plain(low)} and {plain(high)} mL (a check of this program, not a label)",
    )


def _other_use(preparation: Preparation, indication: str | None) -> Finding | None:
    label = preparation.label
    if indication is None or label is None or label.conditions is None or indication in label.conditions:
        return None
    return Finding(
        rule="dilution_for_another_use",
        severity=Severity.INFO,
        message=(
            f"The labelled row of {plain(preparation.diluent_ml)} mL is for {', '.join(label.conditions)}, "
            f"not for {indication}."
        ),
        subject="reconstitution",
        sources=(label.source,),
        clears_if=f"a dilution labelled for {indication} is chosen",
    )


def _elsewhere(preparation: Preparation, jurisdiction: str | None) -> Finding | None:
    label = preparation.label
    if jurisdiction is None or label is None:
        return None
    source = preparation_sources().get(label.source.key)
    # "EU-IE" is the EU label as a member state's page prints it.
    where = source.jurisdiction.split("-")[0] if source and source.jurisdiction else None
    if where in (None, jurisdiction):
        return None
    return Finding(
        rule="label_of_another_jurisdiction",
        severity=Severity.INFO,
        message=(
            f"The labelled row on file is from a label for {where}, not for {jurisdiction}; compare the label in hand."
        ),
        subject="reconstitution",
        sources=(label.source,),
        clears_if=f"the clinic confirms the row from the label for {jurisdiction}",
    )


def _unverified(preparation: Preparation) -> Finding | None:
    label = preparation.label
    if label is None or label.source.checked:
        return None
    return Finding(
        rule="unverified_label_value",
        severity=Severity.INFO,
        message=(
            f"The label's {plain(label.units_per_0_1_ml)} units per 0.1 mL on file was not read in the label itself; "
            "compare it with the label in hand."
        ),
        actual=label.units_per_0_1_ml,
        unit="units per 0.1 mL",
        subject="reconstitution",
        sources=(label.source,),
        clears_if="the clinic confirms the row from the label in hand",
    )


def _too_small(preparation: Preparation, dose: Dose | None) -> Finding | None:
    if dose is None or dose.units <= preparation.vial.units:
        return None
    return Finding(
        rule="vial_too_small",
        severity=Severity.WARNING,
        message=(
            f"{plain(dose.units)} units are more than one vial of {plain(preparation.vial.units)} units holds; "
            f"{plain(vials_for(dose, preparation))} such vials are needed."
        ),
        limit=preparation.vial.units,
        actual=dose.units,
        exceed_by=dose.units - preparation.vial.units,
        unit="units",
        subject="reconstitution",
        sources=(),
        clears_if="more vials are made up, or a larger one",
    )


def _short(number: Decimal) -> str:
    """Return `number` for a sentence, at most four decimals."""
    return plain(number.quantize(Decimal("1e-4")))
