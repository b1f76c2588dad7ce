"""The answer of a check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reprieve.core.documents import as_json
from reprieve.core.findings import Finding, SourceRef, Verdict
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.settings import SafetySettings

# Raised whenever a rule changes what it says; a signed session keeps it.
RULES_VERSION = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of the plan; None where a part is not told.

    Attributes
    ----------
    units : Decimal
        Units of `product`.
    units_by_muscle : dict
        ``splenius_capitis left`` to units.
    vial_units, waste_units : Decimal or None
        What the vials hold, and what would be left.
    """

    product: str
    units: Decimal
    units_by_muscle: dict[str, Decimal]
    muscles: int
    sites: int | None
    volume_ml: Decimal | None
    vial_units: Decimal | None
    waste_units: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """Verdict, totals, limits with headroom, findings, and what could not be checked."""

    verdict: Verdict
    totals: Totals
    limits: tuple[LimitCheck, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[Gap, ...]
    settings: SafetySettings
    jurisdiction: str | None
    on: date

    @property
    def sources(self) -> tuple[SourceRef, ...]:
        """Every source behind a limit or a finding, each once."""
        told = [limit.source for limit in self.limits if limit.source]
        told += [source for finding in self.findings for source in finding.sources]
        return tuple(dict.fromkeys(told))

    def document(self) -> dict[str, Any]:
        """Return the report as plain JSON: decimals as strings, unknown as null."""
        return as_json(
            {
                "verdict": self.verdict,
                "totals": self.totals,
                "limits": self.limits,
                "findings": self.findings,
                "not_checked": self.not_checked,
                "sources": self.sources,
                "settings": self.settings,
                "jurisdiction": self.jurisdiction,
                "date": self.on,
                "rules_version": RULES_VERSION,
            }
        )


def totals_of(case: Case) -> Totals:
    """Return the sums of the plan."""
    by_muscle: dict[str, Decimal] = {}
    for entry in case.placed:
        by_muscle[entry.subject] = by_muscle.get(entry.subject, Decimal(0)) + entry.units
    volumes = [entry.volume_ml for entry in case.placed]
    sites = [entry.injection.sites for entry in case.placed]
    rows = case.plan.reconstitution.vials if case.plan.reconstitution else ()
    held = sum((vial.units for vial in rows), Decimal(0)) if rows else None
    return Totals(
        product=case.product.id,
        units=case.total,
        units_by_muscle=by_muscle,
        muscles=len(by_muscle),
        sites=None if any(count is None for count in sites) else sum(count for count in sites if count is not None),
        volume_ml=None if any(v is None for v in volumes) else sum((v for v in volumes if v is not None), Decimal(0)),
        vial_units=held,
        waste_units=None if held is None else max(held - case.total, Decimal(0)),
    )
