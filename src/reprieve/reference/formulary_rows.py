"""The formulary in the shape that `reprieve reference` shows: products, uses, limits, doses, trials, billing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from reprieve.core.dose import plain
from reprieve.reference.formulary._records import formulary_file, product_records
from reprieve.reference.formulary.indication import Indication
from reprieve.reference.formulary.limit_row import LimitRow
from reprieve.reference.formulary.limits import indications, limit_rows
from reprieve.reference.formulary.literature import LiteratureDose, UnitRatio, literature_doses, unit_ratios
from reprieve.reference.formulary.product import Product, products
from reprieve.reference.formulary.risks import RiskRow, risk_rows
from reprieve.reference.rows import Fact, ReferenceRow, fact

HIDDEN = "low confidence: hidden until a clinic confirms the row"
RATIO_WORDS = "literature, not label; units are not interchangeable and nothing here converts them"
_MARKS = frozenset({"source", "checked", "note", "conflict", "id"})


@cache
def formulary_rows() -> tuple[ReferenceRow, ...]:
    """Return every product, use, limit, published dose, ratio, risk, trial and billing fact."""
    return (
        *map(_product_row, products().values()),
        *(_use_row(use) for name in products() for use in indications(name)),
        *map(_limit_row, limit_rows().values()),
        *map(_dose_row, literature_doses()),
        *(_ratio_row(number, ratio) for number, ratio in enumerate(unit_ratios(), start=1)),
        *(_risk_row(row) for rows in risk_rows().values() for row in rows),
        *_plain_rows("trial", formulary_file("trials").get("trials", ())),
        *_billing_rows(),
    )


def _product_row(one: Product) -> ReferenceRow:
    record = product_records()[one.id]
    return ReferenceRow("product", one.id, f"{one.id} ({', '.join(one.brands)})", tuple(_facts_within(record)))


def _facts_within(record: dict[str, Any], prefix: str = "") -> Iterator[Fact]:
    """Yield a fact for every sourced mapping below `record`, uses aside."""
    for name, value in record.items():
        if name in ("indications", "global_dose_rules"):
            continue
        for entry in value if isinstance(value, list) else [value]:
            if not isinstance(entry, dict):
                continue
            if "source" in entry:
                yield _sourced(f"{prefix}{name}", entry)
            else:
                yield from _facts_within(entry, f"{name}.")


def _sourced(field: str, entry: dict[str, Any]) -> Fact:
    told = {key: value for key, value in entry.items() if key not in _MARKS}
    words = "; ".join(f"{key} {_words(value)}" for key, value in told.items())
    return fact(field, words, entry["source"], entry.get("checked"), entry.get("note") or entry.get("conflict"))


def _words(value: Any) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list):
        return ", ".join(_words(entry) for entry in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(entry)}" for key, entry in value.items() if key not in _MARKS)
    return str(value)


def _use_row(use: Indication) -> ReferenceRow:
    key, checked = use.source.key, use.source.checked
    facts = [
        fact("label", f"{use.status} ({', '.join(use.jurisdictions)})", key, checked),
        fact("conditions", list(use.conditions), key, checked),
    ]
    if use.age_low is not None and use.age_source is not None:
        ages = plain(use.age_low) + (f" to {plain(use.age_high)}" if use.age_high is not None else " and over")
        facts.append(fact("age, years", ages, use.age_source.key, use.age_source.checked))
    own = [row for row in limit_rows().values() if row.id.startswith(f"{use.id}.")]
    facts += [
        fact(row.id.removeprefix(f"{use.id}."), _bounds(row), row.source.key, row.source.checked, row.note)
        for row in own
    ]
    name = f"{use.product}: {', '.join(use.conditions)} ({'/'.join(use.jurisdictions)})"
    return ReferenceRow("indication", use.id, name, tuple(facts), f"{use.product} {' '.join(use.conditions)}")


def _limit_row(row: LimitRow) -> ReferenceRow:
    weight = "blocks" if row.blocks else "warns"
    told = f"{_bounds(row)}; {row.nature.value}, {weight} when exceeded"
    facts = (fact(row.kind.value, told, row.source.key, row.source.checked, row.note),)
    where = "/".join(row.jurisdictions) or "any label"
    name = f"{row.product} {row.kind.value.replace('_', ' ')}: {row.scope} ({where})"
    return ReferenceRow("formulary", row.id, name, facts, f"{row.target or ''} {' '.join(row.conditions)}")


def _bounds(row: LimitRow) -> str:
    ends = [None if end is None else plain(end) for end in (row.low, row.high)]
    if ends[0] is not None and ends[0] == ends[1]:
        text = f"{ends[0]} {row.unit}"
    else:
        text = " ".join(f"{word} {end} {row.unit}" for word, end in zip(("from", "to"), ends, strict=True) if end)
    if row.multiplier is not None:
        text = f"at most {plain(row.multiplier)} times the last session"
    if row.absolute is not None:
        text += f", never above {plain(row.absolute)} units"
    if row.window is not None:
        text += f" within {row.window.words}"
    if row.sites_low is not None:
        top = f" to {row.sites_high}" if row.sites_high != row.sites_low and row.sites_high is not None else ""
        text += f", {row.sites_low}{top} sites"
    return (text or "no figure") + f" per {row.per.value}"


def _dose_row(one: LiteratureDose) -> ReferenceRow:
    ends = [
        (word, value)
        for word, value in (("start", one.start), ("from", one.low), ("to", one.high))
        if value is not None
    ]
    text = " ".join(f"{word} {plain(value)}" for word, value in ends) + f" {one.unit} per {one.per}"
    told = HIDDEN if one.hidden else f"{text}; {one.evidence.replace('_', ' ')}, literature, not label"
    facts = (fact("literature_dose", told, one.source.key, one.source.checked, one.note),)
    name = f"{one.label} with {one.product} for {one.condition.replace('_', ' ')}"
    return ReferenceRow("formulary", one.id, name, facts, f"{one.target} {one.condition} literature")


def _ratio_row(number: int, one: UnitRatio) -> ReferenceRow:
    known = [plain(end) for end in (one.low, one.high) if end is not None]
    text = f"{' to '.join(dict.fromkeys(known)) or 'none published'} ({one.kind.replace('_', ' ')}, {one.condition})"
    facts = (fact("reported_ratio", f"{text}; {RATIO_WORDS}", one.source.key, one.source.checked, one.note),)
    return ReferenceRow("formulary", f"ratio.{number}.{one.of}.{one.to}", f"reported ratio {one.of} to {one.to}", facts)


def _risk_row(row: RiskRow) -> ReferenceRow:
    facts = (fact(row.rule, f"{row.concern}; clears if {row.clears_if}", row.source.key, row.source.checked),)
    who = ", ".join(row.products) or "every product"
    return ReferenceRow("formulary", f"risk.{row.id}", f"{row.risk.replace('_', ' ')} with {who}", facts, row.risk)


def _plain_rows(kind: str, rows: Any) -> Iterator[ReferenceRow]:
    for row in rows:
        name = str(row.get("name") or row.get("title") or row["id"])
        words = " ".join(str(row.get(key, "")) for key in ("product", "condition_id"))
        yield ReferenceRow("trial", f"{kind}.{row['id']}", name, tuple(_trial_facts(row)), words)


def _trial_facts(row: dict[str, Any]) -> Iterator[Fact]:
    if "source" in row:
        yield _sourced("trial", row)
    yield from _facts_within({key: value for key, value in row.items() if key not in _MARKS})


def _billing_rows() -> Iterator[ReferenceRow]:
    for table, rows in formulary_file("billing").items():
        if not isinstance(rows, list):
            continue
        for number, row in enumerate(rows, start=1):
            key = row.get("code") or row.get("id") or row.get("payer") or str(number)
            name = str(row.get("meaning") or row.get("text") or row.get("product") or row.get("rule") or key)
            identity = f"billing.{table}.{key}" if "payer" not in row else f"billing.{table}.{number}"
            yield ReferenceRow("formulary", identity, name, (_sourced(table, row),), "billing")
