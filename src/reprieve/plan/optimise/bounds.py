"""The limits of a session as linear bounds on doses and sites, made from the rows of the formulary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from reprieve.core.dates import days_between
from reprieve.core.dose import plain
from reprieve.plan.optimise.candidates import Candidate, merged
from reprieve.plan.optimise.joined_rows import joined_rows
from reprieve.plan.optimise.limit_rows import upper_end, window_days
from reprieve.plan.optimise.shares import NONE, ONE, Share, at_place, everything, in_limb, on_side
from reprieve.plan.optimise.situation import Situation
from reprieve.plan.optimise.targets import arm_or_leg, counts_for, in_shoulder, limb_of
from reprieve.record.chart import GivenInjection
from reprieve.record.plan import Limb
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow, Per
from reprieve.reference.formulary.plausible import plausible_session
from reprieve.reference.plan_parameters import PlanParameters

_LIMBS: tuple[Limb, ...] = ("right_arm", "left_arm", "right_leg", "left_leg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A weighted sum of the session that must not exceed `at_most`.

    Attributes
    ----------
    id : str
        Id of the row, with the side or limb it is about; ``own. ...`` for a rule of the planner itself.
    words : str
        What is bounded, by how much and by which source.
    limit, used : Decimal
        The limit itself, and what earlier doses have used of it; `at_most` is the rest.
    weights : tuple of Decimal
        For each candidate, the part of its dose (or sites) that counts.
    quantity : {"units", "sites"}
    blocks : bool
        Whether exceeding it stops a plan; other bounds are kept too, unless the last session was above.
    relaxed : str or None
        Why a bound that does not block was widened to the last session's figure.
    """

    id: str
    words: str
    limit: Decimal
    used: Decimal
    at_most: Decimal
    weights: tuple[Decimal, ...]
    blocks: bool
    quantity: Literal["units", "sites"] = "units"
    row: LimitRow | None = None
    relaxed: str | None = None


def bounds_of(
    situation: Situation, candidates: Sequence[Candidate], rows: Sequence[LimitRow], parameters: PlanParameters
) -> tuple[Bound, ...]:
    """Return every bound that could bind: a sum of the largest doses that stays below it is left out."""
    maker = _Maker(situation, candidates)
    made = [
        bound
        for row in (*rows, *joined_rows(rows, (one.place.muscle for one in candidates)))
        for bound in maker.of(row)
    ]
    if not situation.given and not any(row.kind is LimitKind.START for row in rows):
        made += maker.first_session(rows, Decimal(str(parameters.first_dose_share.value)))
    made += maker.plausible()
    made += maker.ceilings()
    if not any(row.kind is LimitKind.TITRATION for row in rows):
        made += maker.own_rise(Decimal(str(parameters.total_rise.value)))
    made.append(maker.sites(int(parameters.most_sites.value)))
    return tuple(bound for bound in made if _may_bind(bound, candidates))


def _may_bind(bound: Bound, candidates: Sequence[Candidate]) -> bool:
    most = NONE
    for weight, one in zip(bound.weights, candidates, strict=True):
        if weight:
            most += weight * max(
                (Decimal(level.sites) if bound.quantity == "sites" else level.units for level in one.levels),
                default=NONE,
            )
    return most > bound.at_most


@dataclass(frozen=True, slots=True)
class _Maker:
    situation: Situation
    candidates: Sequence[Candidate]

    def of(self, row: LimitRow) -> Iterator[Bound]:
        """Yield the bounds of one row; none for a row that bounds no dose, or whose figure is unknown."""
        high = upper_end(row, self.situation.weight_kg)
        if row.kind is LimitKind.TITRATION:
            yield from self._titration(row)
        elif high is None:
            return
        elif row.kind is LimitKind.CUMULATIVE:
            yield from self._cumulative(row, high)
        elif row.kind is LimitKind.START:
            if not self.situation.given:
                yield from self._per_place(row, high)
        elif row.kind in (LimitKind.LIMB_CAP, LimitKind.LIMB_RANGE):
            yield from self._limbs(row, high)
        elif row.kind is LimitKind.COMBINED_CAP:
            yield self._bound(row, high, self._share_of_limbs(row.target), "")
        elif row.kind in (LimitKind.SESSION_MAXIMUM, LimitKind.SESSION_RANGE, LimitKind.PLACE_RANGE):
            yield from self._per_place(row, high)
        elif row.kind is LimitKind.REGION_MAXIMUM:
            wanted = row.target == "shoulder"
            yield self._bound(row, high, lambda muscle, side, limb: ONE if in_shoulder(muscle) == wanted else NONE, "")
        elif row.kind in (LimitKind.MUSCLE_RANGE, LimitKind.GLAND_RANGE, LimitKind.MUSCLE_ADVICE):
            yield from self._muscles(row, high)

    def _titration(self, row: LimitRow) -> Iterator[Bound]:
        before = self.situation.last_same
        last = before.units if before is not None else next((one.units for one in self.situation.given), None)
        if last is None or not last > 0:
            return
        if row.multiplier is not None:
            yield self._bound(row, last * row.multiplier, everything, "", f"{plain(row.multiplier)} times the last")
        if row.high is not None:
            yield self._bound(row, last + row.high, everything, "", f"{plain(row.high)} units above the last")

    def _cumulative(self, row: LimitRow, high: Decimal) -> Iterator[Bound]:
        assert row.window is not None
        days = window_days(row.window)
        given = [
            one
            for one in self.situation.given
            if days_between(one.date, self.situation.on) < days
            # A window of one use counts the doses for it, and those whose use was not told.
            and (not row.conditions or one.indication is None or one.indication in row.conditions)
        ]
        used = sum((one.units for one in given if one.units is not None), NONE)
        yield self._bound(row, high, everything, "", f"{plain(used)} used within {days} days", used)

    def _per_place(self, row: LimitRow, high: Decimal) -> Iterator[Bound]:
        if row.per in (Per.EYE, Per.AXILLA):
            for side in ("left", "right"):
                yield self._bound(row, high, on_side(side), side)
        elif row.per is Per.MUSCLE:
            for one in self.candidates:
                yield self._bound(row, high, at_place(one.place), one.place.words)
        else:
            yield self._bound(row, high, everything, "")

    def _limbs(self, row: LimitRow, high: Decimal) -> Iterator[Bound]:
        for limb in _LIMBS:
            if row.target == ("upper" if limb.endswith("arm") else "lower"):
                yield self._bound(row, high, in_limb(limb), limb)

    def _share_of_limbs(self, target: str | None) -> Share:
        if target == "any":
            return everything
        return lambda muscle, side, limb: ONE if arm_or_leg(muscle) == target else NONE

    def _muscles(self, row: LimitRow, high: Decimal) -> Iterator[Bound]:
        assert row.target is not None
        target = row.target

        def anywhere(muscle: str, side: str | None, limb: Limb | None) -> Decimal:
            return ONE if counts_for(muscle, target) else NONE

        if row.per is Per.BOTH_SIDES:
            yield self._bound(row, high, anywhere, "")
            return
        for side in ("left", "right", "midline", None):
            on = on_side(side)
            yield self._bound(
                row, high, lambda muscle, s, limb, on=on: anywhere(muscle, s, limb) * on(muscle, s, limb), side or ""
            )

    def _bound(
        self,
        row: LimitRow,
        limit: Decimal,
        share: Share,
        where: str,
        words: str | None = None,
        used: Decimal = NONE,
    ) -> Bound:
        weights = tuple(share(one.place.muscle, one.place.side, one.limb) for one in self.candidates)
        rest = max(limit - used, NONE)
        before = self._last(share)
        relaxed = None
        if not row.blocks and before > rest and not used:
            relaxed = f"the last session had {plain(before)} units, above {plain(limit)}; not raised further"
            rest = before
        verified = "" if row.verified else ", not verified"
        told = f" ({words})" if words else ""
        return Bound(
            id=f"{row.id}.{where}" if where else row.id,
            words=(
                f"{row.scope}{f', {where}' if where else ''}: at most {plain(limit)} units{told}, "
                f"{row.nature} ({row.source.key}{verified})"
            ),
            limit=limit,
            used=used,
            at_most=rest,
            weights=weights,
            blocks=row.blocks,
            row=row,
            relaxed=relaxed,
        )

    def _last(self, share: Share) -> Decimal:
        last = self.situation.last_same
        given: Sequence[GivenInjection] = merged(last.injections) if last is not None else ()
        return sum(
            (share(one.muscle, one.side, one.limb or limb_of(one.muscle, one.side)) * one.units for one in given), NONE
        )

    def plausible(self) -> list[Bound]:
        """Return the largest session on file of this product as a bound: nothing on record goes beyond it."""
        spread = plausible_session(self.situation.product)
        if spread is None:
            return []
        words = f"session: at most {plain(spread.high)} units, the largest on file ({spread.high_source.key})"
        return [self._own("own.plausible", words, spread.high, blocks=True)]

    def first_session(self, rows: Sequence[LimitRow], share: Decimal) -> list[Bound]:
        """Return the planner's own bound on a first session, where the label names no first dose."""
        ranges = [row for row in rows if row.kind in (LimitKind.SESSION_MAXIMUM, LimitKind.SESSION_RANGE)]
        tops = [((row.low or NONE) + share * (row.high - (row.low or NONE))) for row in ranges if row.high is not None]
        if not tops:
            return []
        words = f"first session: at most {plain(min(tops))} units, part of what a session may have (planner's default)"
        return [self._own("own.first_session", words, min(tops))]

    def ceilings(self) -> list[Bound]:
        """Return what earlier doses of this patient taught, as bounds."""
        found: list[Bound] = []
        for one in self.candidates:
            if one.ceiling is not None:
                why = one.ceiling.words if one.ceiling.learned else f"{one.ceiling.words} (planner's default)"
                words = f"{one.place.words}: at most {plain(one.ceiling.units)} units; {why}"
                kind = "history" if one.ceiling.learned else "own.first_dose"
                own = self._own(f"{kind}.{one.place.words}", words, one.ceiling.units)
                found.append(replace(own, weights=tuple(ONE if o is one else NONE for o in self.candidates)))
        return found

    def _own(self, name: str, words: str, limit: Decimal, *, blocks: bool = False) -> Bound:
        everyone = tuple(ONE for _ in self.candidates)
        return Bound(id=name, words=words, limit=limit, used=NONE, at_most=limit, weights=everyone, blocks=blocks)

    def own_rise(self, factor: Decimal) -> list[Bound]:
        """Return the planner's own bound on the rise of the total, where the label names no step."""
        last = self.situation.last_same
        if last is None or not last.units > 0:
            return []
        limit = last.units * factor
        words = f"session: at most {plain(limit)} units, {plain(factor)} times the last (planner's default)"
        return [self._own("own.total_rise", words, limit)]

    def sites(self, most: int) -> Bound:
        """Return the planner's own bound on needle positions."""
        words = f"session: at most {most} sites (planner's default)"
        return replace(self._own("own.most_sites", words, Decimal(most)), quantity="sites")
