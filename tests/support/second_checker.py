"""A second checker of plans, written from the schema of the data files and docs/explanation/safety-rules.md.

It shares no code with the rules: it reads the YAML itself, counts in fractions, and goes through everything by brute
force. Slow and plain on purpose. It answers with the set of (rule, subject, severity, limit) for every rule that hangs
on a number of the formulary.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reprieve.record.plan import Plan

DATA = Path(__file__).resolve().parents[2] / "src" / "reprieve" / "reference" / "data"
PRODUCTS = (
    "onabotulinumtoxinA", "abobotulinumtoxinA", "incobotulinumtoxinA", "daxibotulinumtoxinA", "rimabotulinumtoxinB",
)  # fmt: skip
CARRIES = {"label", "label_reprint", "manufacturer", "compendium"}
DAYS = {"3 months": 92, "30 days": 30, "12 weeks": 84}
SPASTICITY = ("upper_limb_spasticity", "lower_limb_spasticity")
Answer = tuple[str, str, str, Fraction | None]

NUMERIC_RULES = frozenset(
    {
        "cumulative_limit_exceeded", "payer_limit_exceeded", "session_limit_exceeded", "session_dose_above_label",
        "session_dose_below_label", "paediatric_cap_exceeded", "paediatric_combined_cap_exceeded",
        "muscle_dose_above_label", "muscle_dose_below_label", "sites_differ_from_label", "gland_dose_above_label",
        "gland_dose_below_label", "site_units_exceeded", "sites_missing", "interval_too_short",
        "titration_step_too_large", "scm_total_above_100", "scm_side_above_150", "contraindicated", "interaction",
        "special_population", "off_label_indication", "below_label_age",
    }
)  # fmt: skip


@cache
def _file(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


@cache
def _brands() -> dict[str, str]:
    table = {}
    for name in PRODUCTS:
        for brand in (name, *_file(f"formulary/{name}.yaml")["product"]["brands"]):
            table[brand.lower()] = name
    for row in _file("formulary/cosmetic_only.yaml")["products"]:
        for brand in (row["id"], *row["brands"]):
            table[brand.lower()] = row["id"]
    return table


@cache
def _groups() -> dict[str, set[str]]:
    return {row["id"]: set(row["members"]) for row in _file("anatomy/label_groups.yaml")["groups"]}


@cache
def _kind(name: str) -> str:
    rows = [row for row in _file("anatomy/label_groups.yaml")["groups"] if row["id"] == name]
    return rows[0]["kind"] if rows else "muscle"


@cache
def _region(name: str) -> str:
    for row in _file("anatomy/label_groups.yaml")["groups"]:
        if row["id"] == name:
            return row["region"]
    for row in _file("anatomy/muscles.yaml")["muscles"]:
        if row["id"] == name:
            return row["region"]
    raise KeyError(name)


def _members(name: str) -> set[str]:
    return _groups().get(name) or {name}


def _number(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _verified(row: dict[str, Any]) -> bool:
    grade = _file("formulary/sources.yaml")["sources"][row["source"]]["grade"]
    return row["checked"] and grade in CARRIES


class SecondChecker:
    """One plan, gone through once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.record = _file(f"formulary/{plan.product}.yaml")
        self.answers: dict[tuple[str, str, Fraction | None, Fraction | None], str] = {}
        patient = plan.patient
        self.age = Fraction(18) if patient.age_years is None else Fraction(patient.age_years)
        self.child = patient.age_years is not None and patient.age_years < 18
        self.total = sum((Fraction(row.units) for row in plan.injections), Fraction(0))
        self.weight = None if patient.weight_kg is None else Fraction(patient.weight_kg)
        self.later: list[Any] = []
        self.same, self.other = self._doses()
        uses = [use for use in self.record["indications"] if self._is_for(use)]
        labelled = [use for use in uses if not use["label_status"].startswith("NOT")]
        self.uses, self.labelled = uses, labelled
        nobody = self.child and labelled and not any(self._fits(use) for use in labelled)
        self.everyone = bool(nobody)

    # --- which rows -------------------------------------------------------------------------------------------------

    def _is_for(self, use: dict[str, Any]) -> bool:
        if self.plan.indication not in (use["condition_id"], *use.get("also", ())):
            return False
        place = self.plan.jurisdiction
        return place is None or (place == "US") == (use["jurisdiction"] == "US")

    def _ages(self, use: dict[str, Any]) -> tuple[Fraction | None, Fraction | None]:
        low = use.get("age_min_years", {}).get("value", 18 if use["id"].endswith("_adult") else None)
        high = use.get("age_max_years", {}).get("value", 17 if use["id"].endswith("_paed") else None)
        return _number(low), _number(high)

    def _fits(self, use: dict[str, Any], high: int | None = None) -> bool:
        low, top = self._ages(use)
        if top is None and high is not None:
            top = Fraction(high)
        return (low is None or self.age >= low) and (top is None or self.age < top + 1)

    def _applies(self, use: dict[str, Any], high: int | None = None) -> bool:
        return self.everyone or self._fits(use, high)

    def _doses(self) -> tuple[list[Any], list[Any]]:
        told = [(row.date, row.product, row.units, row.indication) for row in self.plan.patient.exposures]
        last = self.plan.last_session
        if last is not None:
            substance = _brands().get(last.product.lower(), last.product)
            alike = [row for row in told if (row[0], _brands().get(row[1].lower(), row[1])) == (last.date, substance)]
            known = sum(row[2] or 0 for row in alike)
            if not alike:
                told.append((last.date, last.product, last.units, None))
            elif last.units is not None and last.units > known:
                told.append((last.date, last.product, last.units - known, None))
        same, other = [], []
        for day, name, units, use in told:
            assert self.plan.date is not None
            ago = (self.plan.date - day).days
            mine = _brands().get(name.strip().lower()) == self.plan.product
            if ago < 0:
                if mine:
                    self.later.append((ago, units, use))
            else:
                (same if mine else other).append((ago, units, use))
        return same, other

    # --- saying -----------------------------------------------------------------------------------------------------

    def _say(self, rule: str, subject: str, severity: str, limit: Fraction | None, actual: Fraction | None) -> None:
        key = (rule, subject, limit, actual)
        order = ["error", "warning", "info"]
        known = self.answers.get(key, "info")
        self.answers[key] = min(known, severity, key=order.index)

    def _above(
        self, rule: str, subject: str, actual: Fraction, limit: Fraction | None, row: dict[str, Any], advice: bool
    ) -> None:
        if limit is not None and actual > limit:
            self._say(rule, subject, "error" if _verified(row) and not advice else "warning", limit, actual)

    def _cap(self, per_kg: Any, absolute: Any) -> Fraction | None:
        fixed = _number(absolute)
        if self.weight is None:
            return fixed
        weighed = self.weight * Fraction(str(per_kg))
        return weighed if fixed is None else min(weighed, fixed)

    # --- doses ------------------------------------------------------------------------------------------------------

    def _parts(self) -> list[tuple[str, str | None, Fraction, int | None]]:
        """Return muscle, side, units and sites of every row, a dose for both sides as two halves."""
        parts = []
        for row in self.plan.injections:
            if row.side == "both":
                share = None if row.sites is None else (row.sites + 1) // 2
                parts += [(row.muscle, side, Fraction(row.units) / 2, share) for side in ("left", "right")]
            else:
                parts.append((row.muscle, row.side, Fraction(row.units), row.sites))
        return parts

    def _by_side(self, target: str) -> dict[str | None, tuple[Fraction, int | None]]:
        table: dict[str | None, tuple[Fraction, int | None]] = {}
        for muscle, side, units, sites in self._parts():
            if _members(muscle) <= _members(target):
                before = table.get(side)
                if before is None:
                    table[side] = (units, sites)
                else:
                    both = None if before[1] is None or sites is None else before[1] + sites
                    table[side] = (before[0] + units, both)
        return table

    def _limbs(self) -> dict[str, Fraction]:
        table: dict[str, Fraction] = {}
        for row in self.plan.injections:
            region = _region(row.muscle)
            upper = region in ("shoulder_girdle", "arm", "forearm", "hand")
            lower = region in ("hip", "thigh", "leg", "foot")
            if not upper and not lower:
                shares = {}
            else:
                end = "arm" if upper else "leg"
                whole = Fraction(row.units)
                if row.side in ("left", "right"):
                    shares = {f"{row.side}_{end}": whole}
                else:
                    each = whole / 2 if row.side == "both" else whole
                    shares = {f"left_{end}": each, f"right_{end}": each}
            if row.limb:
                other_side = row.side in ("left", "right") and not row.limb.startswith(row.side)
                other_end = (upper and row.limb.endswith("leg")) or (lower and row.limb.endswith("arm"))
                if not other_side and not other_end:
                    shares = {}
                shares[row.limb] = Fraction(row.units)
            for limb, units in shares.items():
                table[limb] = table.get(limb, Fraction(0)) + units
        return table

    # --- rules ------------------------------------------------------------------------------------------------------

    def run(self) -> set[Answer]:
        """Return what the rules must say."""
        for rule in self.record.get("global_dose_rules", ()):
            self._global(rule)
        for use in self.labelled:
            if self._applies(use):
                self._use(use)
            self._child_use(use)
        self._whole_groups()
        self._patient()
        return {(rule, subject, severity, limit) for (rule, subject, limit, _), severity in self.answers.items()}

    def _global(self, rule: dict[str, Any]) -> None:
        if "spasticity" in rule.get("scope", "") and self.plan.indication not in SPASTICITY:
            return
        name = rule["id"]
        child = "paediatric" in name
        if child and self.age >= 18 and not self.everyone:
            return
        if not child and not rule.get("scope", "").startswith("any") and self.age < 18 and not self.everyone:
            return
        limit = self._cap(rule["per_kg"], rule["absolute"]) if "per_kg" in rule else _number(rule.get("max"))
        if "window" in rule:
            self._window(rule, DAYS[rule["window"]], limit, None)
        elif "per_kg" in rule and self.child:
            self._above("paediatric_combined_cap_exceeded", "session", self.total, limit, rule, False)
        elif "max" in rule:
            self._above("session_limit_exceeded", "session", self.total, limit, rule, False)

    def _window(
        self, row: dict[str, Any], days: int, limit: Fraction | None, uses: tuple[str, ...] | None, payer: bool = False
    ) -> None:
        actual = self.total
        # Every window of so many days that holds the plan's day, by brute force.
        for end in range(days):
            held = self.total
            for ago, units, use in (*self.same, *self.later):
                if 0 <= ago + end < days and units is not None and (uses is None or use is None or use in uses):
                    held += Fraction(units)
            actual = max(actual, held)
        rule = "payer_limit_exceeded" if payer else "cumulative_limit_exceeded"
        self._above(rule, "patient", actual, limit, row, payer)

    def _use(self, use: dict[str, Any]) -> None:
        names = (use["condition_id"], *use.get("also", ()))
        for row in use.get("cumulative_limits", ()):
            self._window(row, DAYS[row["window"]], _number(row["max"]), names)
        payer = use.get("payer_limit")
        if payer:
            self._window(payer, payer["window_days"], _number(payer["max"]), names, payer=True)
        self._total(use, names)
        self._muscles(use)
        self._site_units(use)
        self._advice(use)
        self._times(use)

    def _total(self, use: dict[str, Any], names: tuple[str, ...]) -> None:
        total = dict(use.get("total_dose") or {})
        if not total:
            return
        row = total if "source" in total else use
        upper, spread = use.get("total_dose_upper"), use.get("total_dose_range")
        advice = bool(upper or spread)
        if upper:
            self._above("session_limit_exceeded", "session", self.total, _number(upper["max"]), upper, False)
        if spread:
            self._above("session_dose_above_label", "session", self.total, _number(spread["max"]), spread, False)
            self._below("session_dose_below_label", "session", self.total, _number(spread["min"]))
        self._first(total, row)
        if "parotid_each" in total:
            for gland in ("parotid", "submandibular"):
                units = _number(total[f"{gland}_each"])
                self._gland(f"{gland}_gland", units, units, row)
        if "max" not in total or total["unit"] != "U":
            return
        low, high, per = _number(total.get("min")), _number(total["max"]), total["per"]
        if per in DAYS:
            self._window(row, DAYS[per], high, names)
        elif any(word in per for word in ("eye", "axilla", "muscle")):
            for subject, units in self._places(per).items():
                self._above("session_dose_above_label", subject, units, high, row, advice)
                self._below("session_dose_below_label", subject, units, low)
        elif low is None:
            self._above("session_limit_exceeded", "session", self.total, high, row, advice)
        else:
            self._above("session_dose_above_label", "session", self.total, high, row, advice)
            self._below("session_dose_below_label", "session", self.total, low)
        if "max_shoulder_part" in total:
            parts = {"shoulder": Fraction(0), "without_shoulder": Fraction(0)}
            for muscle in self.plan.injections:
                girdle = _region(muscle.muscle) == "shoulder_girdle"
                parts["shoulder" if girdle else "without_shoulder"] += Fraction(muscle.units)
            limits = {"shoulder": total["max_shoulder_part"], "without_shoulder": total.get("max_without_shoulder")}
            for part, limit in limits.items():
                self._above("session_limit_exceeded", part, parts[part], _number(limit), row, False)

    def _first(self, total: dict[str, Any], row: dict[str, Any]) -> None:
        if self.same:
            return
        starts = []
        if total.get("initial") is not None:
            starts.append((total["initial"], total.get("per", "session")))
        if "initial_max" in total:
            starts.append((total["initial_max"], "session"))
        if "initial_max_per_eye" in total:
            starts.append((total["initial_max_per_eye"], "eye"))
        for limit, per in starts:
            for subject, units in self._places(per).items():
                self._above("session_dose_above_label", subject, units, _number(limit), row, True)

    def _places(self, per: str) -> dict[str, Fraction]:
        word = next((word for word in ("eye", "axilla", "muscle") if word in per), None)
        if word is None:
            return {"session": self.total}
        table: dict[str, Fraction] = {}
        for muscle, side, units, _ in self._parts():
            name = f"{muscle if word == 'muscle' else word} {side or 'side not told'}"
            table[name] = table.get(name, Fraction(0)) + units
        return table

    def _below(self, rule: str, subject: str, actual: Fraction, low: Fraction | None) -> None:
        if low is not None and actual < low:
            self._say(rule, subject, "info", low, actual)

    def _child_use(self, use: dict[str, Any]) -> None:
        if not self.child or not self._applies(use, 17):
            return
        limbs = self._limbs()
        for cap in use.get("paediatric_caps", ()):
            limit = self._cap(cap["per_kg"], cap["absolute"])
            end = "arm" if "upper" in cap["scope"] else "leg"
            if cap["scope"].startswith("one"):
                for limb, units in limbs.items():
                    if limb.endswith(end):
                        self._above("paediatric_cap_exceeded", limb, units, limit, cap, False)
            else:
                kinds = (
                    ("shoulder_girdle", "arm", "forearm", "hand") if end == "arm" else ("hip", "thigh", "leg", "foot")
                )
                rows = [row for row in self.plan.injections if _region(row.muscle) in kinds]
                units = sum((Fraction(row.units) for row in rows), Fraction(0))
                subject = "upper_limbs" if end == "arm" else "lower_limbs"
                self._above("paediatric_combined_cap_exceeded", subject, units, limit, cap, False)
        total = use.get("total_dose") or {}
        if "ge_34kg" in total:
            limit = self._cap(total["lt_34kg_per_kg"], total["ge_34kg"])
            self._above("paediatric_combined_cap_exceeded", "session", self.total, limit, total, False)
        if total.get("unit") == "U/kg" and total.get("min") is not None and self.weight is not None:
            end = "leg" if "lower" in total["per"] or "lower" in use["condition_id"] else "arm"
            for limb, units in limbs.items():
                if limb.endswith(end):
                    low = self.weight * Fraction(str(total["min"]))
                    self._below("session_dose_below_label", limb, units, low)

    def _bounds(self, use: dict[str, Any], row: dict[str, Any]) -> tuple[Fraction | None, Fraction | None] | None:
        """Return the row's range in units for this patient; None where it is not for this age."""
        if row["dose_unit"] == "U/kg":
            if not self._applies(use, 17):
                return None
            if self.weight is None:
                return None, _number(row.get("dose_cap"))
            high = self.weight * Fraction(str(row["dose_max"]))
            cap = _number(row.get("dose_cap"))
            low = self.weight * Fraction(str(row["dose_min"]))
            return (low, high) if cap is None else (min(low, cap), min(high, cap))
        return _number(row["dose_min"]), _number(row["dose_max"])

    def _muscles(self, use: dict[str, Any]) -> None:
        for row in use.get("muscles", ()):
            if row["per"] == "site":
                continue
            bounds = self._bounds(use, row)
            if bounds is None:
                continue
            if row["per"] == "gland":
                self._gland(row["muscle_id"], *bounds, row)
                continue
            self._muscle(row["muscle_id"], *bounds, row, row.get("sites_min"), row.get("sites_max"))

    def _muscle(
        self, target: str, low: Fraction | None, high: Fraction | None, row: dict[str, Any], least: Any, most: Any
    ) -> None:
        for side, (units, sites) in self._by_side(target).items():
            subject = target if side is None else f"{target} {side}"
            self._above("muscle_dose_above_label", subject, units, high, row, False)
            self._below("muscle_dose_below_label", subject, units, low)
            if sites is not None and least is not None:
                if sites < least:
                    self._say("sites_differ_from_label", subject, "info", Fraction(least), Fraction(sites))
                elif most is not None and sites > most:
                    self._say("sites_differ_from_label", subject, "info", Fraction(most), Fraction(sites))

    def _whole_groups(self) -> None:
        """A group of the plan whose parts the label lists: the parts' figures added."""
        listed: dict[str, tuple[dict[str, Any], tuple[Fraction | None, Fraction | None]]] = {}
        for use in self.labelled:
            if not self._applies(use):
                continue
            for row in use.get("muscles", ()):
                bounds = self._bounds(use, row)
                if row["per"] not in ("site", "gland") and bounds is not None:
                    listed[row["muscle_id"]] = (row, bounds)
        for name in {row.muscle for row in self.plan.injections}:
            whole = _members(name)
            parts = [part for part in listed if _members(part) < whole]
            if len(whole) < 2 or name in listed or not parts or set().union(*map(_members, parts)) != whole:
                continue
            rows = [listed[part][0] for part in parts]
            lows = [listed[part][1][0] for part in parts]
            highs = [listed[part][1][1] for part in parts]
            low = None if any(v is None for v in lows) else sum(v for v in lows if v is not None)
            high = None if any(v is None for v in highs) else sum(v for v in highs if v is not None)
            weakest = min(rows, key=_verified)
            self._muscle(name, _number(low), _number(high), weakest, None, None)

    def _gland(self, target: str, low: Fraction | None, high: Fraction | None, row: dict[str, Any]) -> None:
        for side, (units, _) in self._by_side(target).items():
            subject = target if side is None else f"{target} {side}"
            self._above("gland_dose_above_label", subject, units, high, row, False)
            self._below("gland_dose_below_label", subject, units, low)

    def _site_units(self, use: dict[str, Any]) -> None:
        limits = use.get("site_limits") or {}
        limit = limits.get("max_units", limits.get("units_per_site"))
        if limit is not None:
            soft = limits.get("severity") == "warn" or "units_per_site" in limits
            self._sites(None, Fraction(str(limit)), limits, soft)
        for row in use.get("muscles", ()):
            if row["per"] == "site":
                self._sites(row["muscle_id"], Fraction(str(row["dose_max"])), row, False)

    def _sites(self, target: str | None, limit: Fraction, row: dict[str, Any], soft: bool) -> None:
        untold: dict[tuple[str, str | None], Fraction] = {}
        for entry in self.plan.injections:
            if target is not None and not _members(entry.muscle) <= _members(target):
                continue
            if entry.sites is not None:
                subject = entry.muscle if entry.side is None else f"{entry.muscle} {entry.side}"
                self._above("site_units_exceeded", subject, Fraction(entry.units) / entry.sites, limit, row, soft)
                continue
            sides = ("left", "right") if entry.side == "both" else (entry.side,)
            for side in sides:
                key = (entry.muscle, side)
                untold[key] = untold.get(key, Fraction(0)) + Fraction(entry.units) / len(sides)
        for (muscle, side), units in untold.items():
            if units > limit:
                self._say("sites_missing", muscle if side is None else f"{muscle} {side}", "warning", limit, None)

    def _advice(self, use: dict[str, Any]) -> None:
        for row in use.get("muscle_limits", ()):
            limit, words = _number(row["advised_max"]), row["muscle_label"]
            sides = self._by_side("sternocleidomastoid")
            if "total" in words or "bilateral" in words:
                total = sum((units for units, _ in sides.values()), Fraction(0))
                self._above("scm_total_above_100", "sternocleidomastoid", total, limit, row, True)
            else:
                for side, (units, _) in sides.items():
                    subject = f"sternocleidomastoid {side}" if side else "sternocleidomastoid"
                    self._above("scm_side_above_150", subject, units, limit, row, True)

    def _times(self, use: dict[str, Any]) -> None:
        step, last = use.get("titration") or {}, self.plan.last_session
        if last is not None and last.units is not None and _brands().get(last.product.lower()) == self.plan.product:
            before = Fraction(last.units)
            limit = _number(step.get("step", step.get("step_max")))
            self._above("titration_step_too_large", "session", self.total - before, limit, step or use, True)
            if "max_multiplier" in step and before > 0:
                most = before * Fraction(str(step["max_multiplier"]))
                self._above("titration_step_too_large", "session", self.total, most, step, True)

    def _patient(self) -> None:
        self._intervals()
        for risk in set(self.plan.patient.risks):
            self._risk(risk, risk)
        if any(ago < 92 for ago, _, _ in self.other):
            self._risk("other_toxin", "patient")
        if not self.labelled:
            self._say("off_label_indication", "session", "warning", None, None)
        lows = [self._ages(use)[0] for use in self.labelled]
        known = [low for low in lows if low is not None]
        if known and len(known) == len(lows) and self.plan.patient.age_years is not None and self.age < min(known):
            self._say("below_label_age", "patient", "warning", min(known), self.age)

    def _intervals(self) -> None:
        if not self.same:
            return
        ago = min(days for days, _, _ in self.same)
        least = []
        for use in self.labelled:
            interval = use.get("interval") or {}
            if self._applies(use) and interval.get("min_weeks") is not None:
                least.append(Fraction(str(interval["min_weeks"])) * 7)
            if self._applies(use) and interval.get("min_months") is not None:
                least.append(Fraction(-(-Fraction(str(interval["min_months"])) * 92 // 3)))
        for days in least or [Fraction(84)]:
            if ago < days:
                self._say("interval_too_short", "patient", "warning", days, Fraction(ago))

    def _risk(self, risk: str, subject: str) -> None:
        rows = []
        for row in _file("formulary/risks.yaml")["rows"]:
            here = not row["products"] or self.plan.product in row["products"]
            place = self.plan.jurisdiction
            there = not row["jurisdictions"] or place is None or place in row["jurisdictions"]
            if row["risk"] == risk and here and there:
                rows.append(row)
        if any(row["rule"] == "contraindicated" for row in rows):
            rows = [row for row in rows if row["rule"] == "contraindicated"]
        for row in rows:
            severity = "error" if row["rule"] == "contraindicated" else "warning"
            self._say(row["rule"], subject, severity, None, None)
