"""What stands on the injection sheet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reprieve.app.record.muscles import muscle_words
from reprieve.app.sheets.map import Target, printed_maps
from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError
from reprieve.core.findings import Finding, Severity
from reprieve.deliver.draw_up import draw_up
from reprieve.deliver.reconstitution import Preparation, reconstitute
from reprieve.deliver.syringes import fill
from reprieve.record.chart import Chart
from reprieve.record.plan import Injection, Plan, Vial
from reprieve.reference.body_map import map_version
from reprieve.reference.preparations import ProductFacts, UseWithin, product_facts

BLANK = "______"
CHECKLIST = (
    ("Name and birth date said by the patient", ""),
    ("Consent given", ""),
    ("Toxin anywhere else since last time asked", ""),
    ("Allergies, new medicines, pregnancy asked", ""),
    ("Product, vial, lot, expiry read aloud by two", ""),
    ("Side and muscles marked, map compared", ""),
    ("Numbing cream on", "at"),
    ("Numbing cream off", "at"),
    ("EMG, stimulation or ultrasound ready", "at"),
    ("Time-out", "at"),
)


def injection_data(chart: Chart, plan: Plan, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the texts of the sheet; what is not known is a blank line to write on, never a figure."""
    facts = product_facts(plan.product)
    vials = plan.reconstitution.vials if plan.reconstitution else ()
    made_up = _preparations(facts, vials)
    targets: list[Target] = [(row.muscle, row.side) for row in plan.injections]
    places = [place for row in plan.injections for place in row.positions]
    maps = printed_maps(targets, places)
    shown = frozenset[Target]().union(*(one.shown for one in maps))
    total = sum((row.units for row in plan.injections), Decimal(0))
    known_sites = [row.sites for row in plan.injections]
    return {
        "title": "Injection sheet",
        "product": plan.product,
        "total_units": plain(total),
        "needles": str(sum(n for n in known_sites if n)) if all(known_sites) else BLANK,
        "facts": _facts(chart, plan, facts),
        "alerts": _alerts(chart, findings),
        "injections": [_row(row, made_up) for row in plan.injections],
        "maps": [
            {
                "name": one.name,
                "svg": one.svg,
                "left_word": one.left_word,
                "right_word": one.right_word,
                "height_mm": one.height_mm,
            }
            for one in maps
        ],
        "placed": _placed(plan.injections),
        "unmapped": "; ".join(muscle_words(*target) for target in targets if target not in shown),
        "vials": [_vial(number, vial, facts) for number, vial in enumerate(vials, start=1)]
        or [{"number": "1"} | dict.fromkeys(("units", "diluent_ml", "strength", "expires", "lot"), BLANK)],
        "draws": _draws(plan.injections, made_up, plan.product),
        "preparation_notes": _notes(plan.injections, made_up, plan.product),
        "checklist": CHECKLIST,
    }


def _placed(injections: Sequence[Injection]) -> str:
    """Say what the dots of the map are; empty without one."""
    lines = []
    if any(place.map == map_version() for row in injections for place in row.positions):
        lines.append("White dots: needle sites as they were placed.")
    if any(place.map != map_version() for row in injections for place in row.positions):
        lines.append("Sites placed on an older version of the drawings are not drawn.")
    return " ".join(lines)


def _facts(chart: Chart, plan: Plan, facts: ProductFacts) -> list[tuple[str, str]]:
    before = [row for row in chart.sessions if row.injections and (plan.date is None or row.date < plan.date)]
    last = max(before, key=lambda row: row.date, default=None)
    within = facts.use_within
    weight = chart.patient.weight_kg
    return [
        ("Product", f"{plan.product} ({', '.join(facts.brands)})"),
        ("Indication", plan.indication.replace("_", " ")),
        ("Date", plan.date.isoformat() if plan.date else BLANK),
        ("Guidance", BLANK),
        ("Last session", f"{last.date}, {plain(last.units)} units {last.product}" if last else "none on record here"),
        ("Other toxin", "history unknown: ask" if chart.patient.exposure_history == "unknown" else _exposures(chart)),
        (
            "Weight",
            f"{plain(weight)} kg on {chart.patient.weight_date or 'unknown date'}" if weight else "not on record",
        ),
        ("Use within", _within(within) if within else "not on file: read the label in hand"),
    ]


def _within(within: UseWithin) -> str:
    return f"{plain(within.hours)} hours, {within.at}" + ("" if within.source.checked else " (not verified)")


def _exposures(chart: Chart) -> str:
    if not chart.exposures:
        return "none reported"
    last = max(chart.exposures, key=lambda row: row.date)
    amount = f"{plain(last.units)} units " if last.units is not None else ""
    return f"{last.date}: {amount}{last.product}" + (f", {last.place}" if last.place else "")


def _alerts(chart: Chart, findings: Sequence[Finding]) -> list[str]:
    told = [finding.message for finding in findings if finding.severity is not Severity.INFO]
    return [f"Risk on record: {risk.replace('_', ' ')}." for risk in chart.risks] + told


def _preparations(facts: ProductFacts, vials: Sequence[Vial]) -> list[Preparation]:
    """Return the vials that can be computed with; one without diluent or of no known size stays a blank line."""
    made_up = []
    for vial in vials:
        if vial.diluent_ml is None:
            return []
        try:
            made_up.append(reconstitute(facts, vial.units, vial.diluent_ml))
        except InputError:
            return []
    return made_up


def _row(row: Injection, made_up: Sequence[Preparation]) -> dict[str, str]:
    volume = row.volume_ml
    if volume is None and made_up and len({one.units_per_ml for one in made_up}) == 1:
        volume = made_up[0].volume_of(Dose(row.units, made_up[0].vial.product))
    return {
        "muscle": muscle_words(row.muscle, None),
        "side": row.side or BLANK,
        "units": plain(row.units),
        "sites": str(row.sites) if row.sites else BLANK,
        "volume_ml": BLANK if volume is None else plain(volume.quantize(Decimal("0.001"))),
    }


def _vial(number: int, vial: Vial, facts: ProductFacts) -> dict[str, str]:
    strength = _preparations(facts, [vial])
    return {
        "number": str(number),
        "units": plain(vial.units),
        "diluent_ml": BLANK if vial.diluent_ml is None else plain(vial.diluent_ml),
        "strength": plain(strength[0].units_per_0_1_ml.quantize(Decimal("0.001"))) if strength else BLANK,
        "expires": vial.expires.isoformat() if vial.expires else BLANK,
        "lot": vial.lot or BLANK,
    }


def _draws(injections: Sequence[Injection], made_up: Sequence[Preparation], product: str) -> list[dict[str, str]]:
    if not made_up:
        return []
    return [
        {
            "vial": str(draw.vial),
            "muscle": muscle_words(draw.muscle, draw.side),
            "units": plain(one.planned_units),
            "practical_ml": plain(one.practical_ml),
            "syringe": f"{plain(one.syringe.holds_ml)} mL",
            "note": one.note(),
        }
        for draw in draw_up(injections, made_up, product).draws
        for one in fill(draw, made_up)
    ]


def _notes(injections: Sequence[Injection], made_up: Sequence[Preparation], product: str) -> list[str]:
    if not made_up:
        return ["No vial with its diluent is noted: write it down, then compute the volumes."]
    listed = draw_up(injections, made_up, product)
    return [
        *(finding.message for finding in listed.findings),
        f"If all is given, {plain(listed.waste.units)} units stay in the vials and are thrown away.",
    ]
