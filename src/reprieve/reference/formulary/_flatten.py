"""From the nested product records to flat limit rows, one number each, with its source."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reprieve.core.errors import ReferenceDataError
from reprieve.core.findings import SourceRef
from reprieve.reference.formulary.indication import Indication
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow, Nature, Per, Window

Record = dict[str, Any]

_WINDOWS = {
    "3 months": Window(count=Decimal(3), unit="months"),
    "30 days": Window(count=Decimal(30), unit="days"),
    "12 weeks": Window(count=Decimal(12), unit="weeks"),
}
_LIMB_SCOPES = {
    "one upper limb": ("upper", LimitKind.LIMB_CAP),
    "one lower limb": ("lower", LimitKind.LIMB_CAP),
    "both upper limbs": ("upper", LimitKind.COMBINED_CAP),
    "both lower limbs": ("lower", LimitKind.COMBINED_CAP),
}
_SPASTICITY = ("upper_limb_spasticity", "lower_limb_spasticity")
_ADULT, _LAST_CHILD_YEAR = Decimal(18), Decimal(17)


class Flattener:
    """Makes the limit rows of one product record.

    Parameters
    ----------
    record : dict
        One product file as parsed.
    sources : dict
        Source rows by key.
    """

    def __init__(self, record: Record, sources: dict[str, Record]) -> None:
        self.record = record
        self.sources = sources
        self.product: str = record["product"]["id"]

    def rows(self) -> Iterator[LimitRow]:
        """Yield every limit of the product."""
        for rule in self.record.get("global_dose_rules", ()):
            yield from self._global(rule)
        for entry in self.record["indications"]:
            indication = Indication.of(entry, self.product, self.sources)
            if indication.labelled:
                yield from self._indication(indication, entry)

    def _ref(self, row: Record) -> SourceRef:
        return source_ref(row, self.sources)

    # --- rules over all indications -------------------------------------------------------------------------------

    def _global(self, rule: Record) -> Iterator[LimitRow]:
        name = rule["id"]
        if "max" not in rule and "absolute" not in rule and "max_ml_per_site" not in rule:
            return  # words without a number
        base: Record = {
            "id": f"{self.product}.{name}",
            "product": self.product,
            "scope": rule["scope"],
            "note": rule.get("note"),
        }
        child = "paediatric" in name
        adult = name.startswith("adult") or name.endswith("adult")
        ages = {"age_high": _LAST_CHILD_YEAR} if child else {"age_low": _ADULT} if adult and "any" not in rule else {}
        if "spasticity" in rule["scope"]:
            base["conditions"] = _SPASTICITY
        if rule["scope"].startswith("any indication"):
            ages = {}
        base |= ages | {"source": self._ref(rule)}
        if "max_ml_per_site" in rule:
            yield LimitRow(
                kind=LimitKind.SITE_VOLUME,
                high=rule["max_ml_per_site"],
                unit="mL",
                per=Per.SITE,
                advice=rule.get("severity") == "warn",
                **base,
            )
        elif "window" in rule:
            yield LimitRow(
                kind=LimitKind.CUMULATIVE, per=Per.WINDOW, window=_WINDOWS[rule["window"]], **base, **_cap(rule)
            )
        elif child:
            yield LimitRow(kind=LimitKind.COMBINED_CAP, per=Per.LIMBS, target="any", **base, **_cap(rule))
        else:
            yield LimitRow(kind=LimitKind.SESSION_MAXIMUM, **base, **_cap(rule))

    # --- one indication -------------------------------------------------------------------------------------------

    def _indication(self, indication: Indication, entry: Record) -> Iterator[LimitRow]:
        base: Record = {
            "product": self.product,
            "conditions": indication.conditions,
            "jurisdictions": indication.jurisdictions,
            "age_low": indication.age_low,
            "age_high": indication.age_high,
        }
        yield from self._total(entry, base)
        for cap in entry.get("paediatric_caps", ()):
            target, kind = _LIMB_SCOPES[cap["scope"]]
            key = cap["scope"].replace(" ", "_")
            # A cap per body weight is a child's, whatever age the label row leaves open.
            child = base | {"age_high": indication.age_high or _LAST_CHILD_YEAR}
            yield self._row(entry, f"cap_{key}", kind, cap, child, scope=cap["scope"], target=target, **_cap(cap))
        for limit in entry.get("cumulative_limits", ()):
            window = _WINDOWS[limit["window"]]
            yield self._row(
                entry,
                "cumulative",
                LimitKind.CUMULATIVE,
                limit,
                base,
                scope=f"{limit['scope']} within {window.words}",
                high=limit["max"],
                per=Per.WINDOW,
                window=window,
            )
        yield from self._muscles(entry, base)
        yield from self._sites(entry, base)
        yield from self._advice(entry, base)
        yield from self._times(entry, base)

    def _row(self, entry: Record, name: str, kind: LimitKind, row: Record, base: Record, **fields: Any) -> LimitRow:
        source = row if "source" in row else entry
        note = row.get("note") or row.get("conflict") or row.get("reason")
        values: Record = {"note": note} | base | fields
        return LimitRow(id=f"{entry['id']}.{name}", kind=kind, source=self._ref(source), **values)

    def _total(self, entry: Record, base: Record) -> Iterator[LimitRow]:
        total = entry.get("total_dose")
        if not total:
            return
        yield from self._starts(entry, total, base)
        upper = entry.get("total_dose_upper")
        spread = entry.get("total_dose_range")
        if upper and "max" in upper:
            yield self._row(
                entry, "maximum", LimitKind.SESSION_MAXIMUM, upper, base, scope="one session", high=upper["max"]
            )
        if spread:
            # A range that only a paper reports for the label: shown and warned about, it cannot block.
            yield self._row(
                entry, "range", LimitKind.SESSION_RANGE, spread, base,
                scope="one session", low=spread["min"], high=spread["max"],
            )  # fmt: skip
        if "ge_34kg" in total:
            child = base | {"age_high": base["age_high"] or _LAST_CHILD_YEAR}
            yield self._row(
                entry, "cap", LimitKind.COMBINED_CAP, total, child, scope="one session", target="any", per=Per.LIMBS,
                high=total["lt_34kg_per_kg"], unit="units/kg", absolute=total["ge_34kg"],
            )  # fmt: skip
            return
        if "parotid_each" in total:
            for gland in ("parotid", "submandibular"):
                units = total[f"{gland}_each"]
                yield self._row(
                    entry, f"{gland}_gland", LimitKind.GLAND_RANGE, total, base, scope=f"{gland} gland, each side",
                    target=f"{gland}_gland", low=units, high=units, per=Per.GLAND,
                )  # fmt: skip
        yield from self._bounds(entry, total, base, advice=bool(upper or spread))

    def _starts(self, entry: Record, total: Record, base: Record) -> Iterator[LimitRow]:
        if total.get("initial") is not None:
            per, words = _per(total.get("per", "session"))
            yield self._row(
                entry, "start", LimitKind.START, total, base,
                scope=f"first dose, {words}", high=total["initial"], per=per, advice=True,
            )  # fmt: skip
        for name, per in (("initial_max", Per.SESSION), ("initial_max_per_eye", Per.EYE)):
            if name in total:
                yield self._row(
                    entry, "start", LimitKind.START, total, base, scope=f"first dose, one {per.value}",
                    low=total.get("initial_min"), high=total[name], per=per, advice=True,
                )  # fmt: skip

    def _bounds(self, entry: Record, total: Record, base: Record, *, advice: bool) -> Iterator[LimitRow]:
        low, high = total.get("min"), total.get("max")
        if high is None:
            return
        per, words = _per(total.get("per", "session"))
        if total.get("per") in _WINDOWS:
            window = _WINDOWS[total["per"]]
            yield self._row(
                entry, "cumulative", LimitKind.CUMULATIVE, total, base,
                scope=f"any dose within {window.words}", high=high, per=Per.WINDOW, window=window,
            )  # fmt: skip
            return
        if total["unit"] == "U/kg":
            target = "lower" if "lower" in total["per"] or "lower" in entry["condition_id"] else "upper"
            child = base | {"age_high": base["age_high"] or _LAST_CHILD_YEAR}
            yield self._row(
                entry, "limb_range", LimitKind.LIMB_RANGE, total, child, scope=f"one {target} limb",
                target=target, low=low, high=high, unit="units/kg", per=Per.LIMB, advice=True,
            )  # fmt: skip
            return
        if per is not Per.SESSION:
            yield self._row(
                entry, "place", LimitKind.PLACE_RANGE, total, base, scope=words, low=low, high=high, per=per,
                sites_low=_whole(total.get("sites_min")), sites_high=_whole(total.get("sites_max")),
            )  # fmt: skip
            return
        kind = LimitKind.SESSION_MAXIMUM if low is None else LimitKind.SESSION_RANGE
        sites = _whole(total.get("sites"))
        yield self._row(
            entry, "session", kind, total, base, scope="one session", low=low, high=high,
            sites_low=sites, sites_high=sites, advice=advice,
        )  # fmt: skip
        for name, target in (("max_without_shoulder", "without_shoulder"), ("max_shoulder_part", "shoulder")):
            if name in total:
                words = "shoulder muscles" if target == "shoulder" else "without the shoulder muscles"
                yield self._row(
                    entry, target, LimitKind.REGION_MAXIMUM, total, base,
                    scope=f"one session, {words}", target=target, high=total[name],
                )  # fmt: skip

    def _muscles(self, entry: Record, base: Record) -> Iterator[LimitRow]:
        for row in entry.get("muscles", ()):
            target, per = row["muscle_id"], Per(row["per"])
            kind = {Per.GLAND: LimitKind.GLAND_RANGE, Per.SITE: LimitKind.SITE_UNITS}.get(per, LimitKind.MUSCLE_RANGE)
            weighed = row["dose_unit"] == "U/kg"
            ages = {"age_high": base["age_high"] or _LAST_CHILD_YEAR} if weighed else {}
            yield self._row(
                entry, target, kind, row, base | ages,
                scope=f"{row['muscle_label']}, per {per.value}", target=target,
                low=row["dose_min"], high=row["dose_max"], unit="units/kg" if weighed else "units",
                absolute=row.get("dose_cap"), per=per,
                sites_low=_whole(row.get("sites_min")), sites_high=_whole(row.get("sites_max")),
            )  # fmt: skip
            if "ml_per_site_max" in row:
                yield self._row(
                    entry, f"{target}.site_volume", LimitKind.SITE_VOLUME, row, base,
                    scope=f"{row['muscle_label']}, per site", target=target, low=row["ml_per_site_min"],
                    high=row["ml_per_site_max"], unit="mL", per=Per.SITE, advice=True,
                )  # fmt: skip

    def _sites(self, entry: Record, base: Record) -> Iterator[LimitRow]:
        limits = entry.get("site_limits")
        if not limits:
            return
        exact_units, exact_ml = limits.get("units_per_site"), limits.get("ml_per_site")
        advice = limits.get("severity") == "warn" or exact_units is not None
        units, volume = limits.get("max_units", exact_units), limits.get("max_ml", exact_ml)
        if units is not None:
            yield self._row(
                entry, "site_units", LimitKind.SITE_UNITS, limits, base,
                scope="one site", low=exact_units, high=units, per=Per.SITE, advice=advice,
            )  # fmt: skip
        if volume is not None:
            soft = advice or self._volume_is_advice(volume, limits["source"])
            yield self._row(
                entry, "site_volume", LimitKind.SITE_VOLUME, limits, base,
                scope="one site", low=exact_ml, high=volume, unit="mL", per=Per.SITE, advice=soft,
            )  # fmt: skip

    def _volume_is_advice(self, volume: Decimal, source: str) -> bool:
        """Whether the rule over all indications marks the same figure of the same document as advice."""
        return any(
            rule.get("max_ml_per_site") == volume and rule["source"] == source and rule.get("severity") == "warn"
            for rule in self.record.get("global_dose_rules", ())
        )

    def _advice(self, entry: Record, base: Record) -> Iterator[LimitRow]:
        for row in entry.get("muscle_limits", ()):
            per = Per.BOTH_SIDES if "total" in row["muscle_label"] or "bilateral" in row["muscle_label"] else Per.SIDE
            yield self._row(
                entry, f"{row['muscle_id']}.advice", LimitKind.MUSCLE_ADVICE, row, base,
                scope=f"{row['muscle_label']}", target=row["muscle_id"], high=row["advised_max"], per=per, advice=True,
            )  # fmt: skip

    def _times(self, entry: Record, base: Record) -> Iterator[LimitRow]:
        interval = entry.get("interval") or {}
        for unit in ("weeks", "months"):
            least = interval.get(f"min_{unit}")
            if least is not None:
                yield self._row(
                    entry, "interval", LimitKind.INTERVAL, interval, base,
                    scope="since the last dose", low=least, unit=unit, advice=True,
                )  # fmt: skip
        step = entry.get("titration")
        if step and ("step" in step or "step_max" in step or "max_multiplier" in step):
            yield self._row(
                entry, "titration", LimitKind.TITRATION, step, base, scope="change from the last session",
                low=step.get("step_min"), high=step.get("step", step.get("step_max")),
                multiplier=step.get("max_multiplier"), advice=True, note=step.get("trigger"),
            )  # fmt: skip
        payer = entry.get("payer_limit")
        if payer:
            window = Window(count=payer["window_days"], unit="days")
            yield self._row(
                entry, "payer", LimitKind.CUMULATIVE, payer, base, scope=f"one payer, within {window.words}",
                high=payer["max"], per=Per.WINDOW, window=window, advice=True, nature=Nature.PAYER,
            )  # fmt: skip


def source_ref(row: Record, sources: dict[str, Record]) -> SourceRef:
    """Return the source of `row`, or raise `ReferenceDataError`: a row without a known source does not load."""
    key = row.get("source")
    if key not in sources:
        raise ReferenceDataError(f"formulary row {row} names no known source; add it to sources.yaml")
    if not isinstance(row.get("checked"), bool):
        raise ReferenceDataError(f"formulary row {row} does not say whether it was checked; add checked: true or false")
    if row["checked"] and sources[key]["read"] == "not_read":
        raise ReferenceDataError(f"formulary row {row} is marked checked, but {key} was not read; correct one of them")
    return SourceRef(key, sources[key]["grade"], row["checked"])


def _cap(rule: Record) -> Record:
    if "per_kg" in rule:
        return {"high": rule["per_kg"], "unit": "units/kg", "absolute": rule["absolute"]}
    return {"high": rule["max"]}


def _per(text: str) -> tuple[Per, str]:
    """Return what a total counts for, and its words."""
    for per in (Per.EYE, Per.AXILLA, Per.MUSCLE):
        if per.value in text:
            return per, f"per {text}"
    return Per.SESSION, "one session"


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
