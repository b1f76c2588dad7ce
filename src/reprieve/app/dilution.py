"""One vial, its diluent and one dose: concentration, volume, what the label prints, and what is to be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from reprieve.core.documents import as_json
from reprieve.core.dose import Dose, exact, plain
from reprieve.core.errors import InputError, UnknownNameError
from reprieve.core.findings import Finding, SourceRef
from reprieve.deliver.dilution_findings import dilution_findings
from reprieve.deliver.reconstitution import Preparation, procedure, reconstitute, sources_of
from reprieve.record.plan import Jurisdiction
from reprieve.reference.preparations import ProductFacts, UseWithin, check_condition, product_facts

Number = Decimal | int | str | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dilution:
    """The answer of `reprieve dilute`.

    Attributes
    ----------
    preparation : Preparation
        The vial as made up; its concentrations are by arithmetic.
    dose : Dose or None
    volume_ml : Decimal or None
        Volume of `dose`, by the label's printed concentration where that is verified and differs from arithmetic.
    label_units_per_0_1_ml : Decimal or None
        What the label prints for this vial and volume; None when its table has no such row.
    procedure : tuple of str
        The steps of making it up.
    use_within : UseWithin or None
    """

    facts: ProductFacts
    preparation: Preparation
    dose: Dose | None
    indication: str | None
    jurisdiction: Jurisdiction
    volume_ml: Decimal | None
    label_units_per_0_1_ml: Decimal | None
    procedure: tuple[str, ...]
    use_within: UseWithin | None
    findings: tuple[Finding, ...]
    sources: tuple[SourceRef, ...]

    def document(self) -> dict[str, Any]:
        """Return the answer as plain JSON: decimals as strings, unknown as null."""
        vial = self.preparation
        return as_json(
            {
                "product": self.facts.product,
                "vial_units": vial.vial.units,
                "diluent_ml": vial.diluent_ml,
                "dose_units": self.dose.units if self.dose else None,
                "indication": self.indication,
                "jurisdiction": self.jurisdiction,
                "units_per_ml": vial.units_per_ml,
                "units_per_0_1_ml": vial.units_per_0_1_ml,
                "volume_ml": self.volume_ml,
                "label_units_per_0_1_ml": self.label_units_per_0_1_ml,
                "volume_by": "label" if vial.label_decides else "arithmetic",
                "diluent": self.facts.diluent,
                "procedure": self.procedure,
                "use_within": self.use_within,
                "findings": self.findings,
                "sources": self.sources,
            }
        )


def dilute(
    product: str,
    *,
    vial_units: Number,
    diluent_ml: Number,
    dose_units: Number | None = None,
    indication: str | None = None,
    jurisdiction: str = "US",
) -> Dilution:
    """Return concentration and volume of a vial of `product` made up with `diluent_ml`.

    Parameters
    ----------
    product : str
        Nonproprietary name.
    vial_units, diluent_ml : number
        Labelled content of the vial in units of `product`, and the volume added in mL.
    dose_units : number, optional
        Units of `product` to be drawn.
    indication : str, optional
        Condition it is for.
    jurisdiction : {"US", "EU", "UK"}

    Raises
    ------
    InputError
        A vial that does not exist, a volume that is not usable, a dose that is not positive.
    UnknownNameError
        An unknown product, indication or jurisdiction.

    Examples
    --------
    >>> dilute("onabotulinumtoxinA", vial_units=100, diluent_ml=2, dose_units="62.5").document()["volume_ml"]
    '1.25'
    """
    facts = product_facts(product)
    if indication is not None:
        check_condition(indication)
    place = _jurisdiction(jurisdiction)
    diluent = exact(diluent_ml, "diluent_ml")
    made_up = reconstitute(facts, exact(vial_units, "vial_units"), diluent)
    dose = None if dose_units is None else _dose(dose_units, product)
    within = facts.use_within
    return Dilution(
        facts=facts,
        preparation=made_up,
        dose=dose,
        indication=indication,
        jurisdiction=place,
        volume_ml=None if dose is None else made_up.volume_of(dose),
        label_units_per_0_1_ml=made_up.label.units_per_0_1_ml if made_up.label else None,
        procedure=procedure(facts, made_up),
        use_within=within,
        findings=dilution_findings(made_up, facts, dose, indication=indication, jurisdiction=place),
        sources=tuple(dict.fromkeys([*sources_of(made_up, facts), *([within.source] if within else [])])),
    )


def _jurisdiction(text: str) -> Jurisdiction:
    for known in get_args(Jurisdiction):
        if text == known:
            return known
    raise UnknownNameError(f"no jurisdiction {text!r}; choose one of {', '.join(get_args(Jurisdiction))}")


def _dose(units: Number, product: str) -> Dose:
    dose = Dose(exact(units, "dose_units"), product)
    if not dose.units > 0:
        raise InputError(f"dose_units must be positive, but got {plain(dose.units)}; enter the units to be drawn")
    return dose
