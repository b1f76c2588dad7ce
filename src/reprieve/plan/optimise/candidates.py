"""The targets that a session may hold: each with its doses, and what is believed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import log

from reprieve.core.dose import plain
from reprieve.plan.optimise.dose_origin import DoseOrigin, hidden_rows, own_origin, sourced_origins
from reprieve.plan.optimise.involvement import Involvement, Place, strongest
from reprieve.plan.optimise.levels import Level, SiteLimit, dose_grid, levels_of, site_limits
from reprieve.plan.optimise.sensitivity import Judged
from reprieve.plan.optimise.situation import Situation
from reprieve.plan.optimise.targets import has_sides, is_part, limb_of, members_of
from reprieve.record.chart import GivenInjection, Symptom
from reprieve.record.plan import Limb
from reprieve.reference.formulary.limit_row import LimitRow
from reprieve.reference.plan_parameters import PlanParameters
from reprieve.reference.reviews import Review

# Log-odds and spread of a muscle that was injected but that no finding names: an even, wide guess.
_UNTOLD = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The largest dose that the patient's own record allows, and why; `learned` from what an earlier dose did."""

    units: Decimal
    words: str
    learned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One target that may be injected.

    Attributes
    ----------
    place : Place
    origin : DoseOrigin
    levels : tuple of Level
        Smallest first; not injecting it is always possible and is no level.
    last : GivenInjection or None
        Its dose in the last session of this product.
    history : tuple of Judged
        Earlier doses of this product, newest first.
    involvement : Involvement
    ceiling : Ceiling or None
        The most that the patient's own history allows.
    sites : tuple of SiteLimit
    """

    place: Place
    origin: DoseOrigin
    levels: tuple[Level, ...]
    last: GivenInjection | None
    history: tuple[Judged, ...]
    involvement: Involvement
    limb: Limb | None
    ceiling: Ceiling | None
    sites: tuple[SiteLimit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsourced:
    """A muscle that may take part and for which no usable dose is on file; `rows` could be confirmed by the clinic."""

    place: Place
    probability_log_odds: float
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """All candidates of a session, and the muscles that could not become one."""

    candidates: tuple[Candidate, ...]
    unsourced: tuple[Unsourced, ...]


def field_of(
    situation: Situation,
    involvements: Sequence[Involvement],
    rows: Sequence[LimitRow],
    reviews: Sequence[Review],
    symptoms: Sequence[Symptom],
    parameters: PlanParameters,
) -> Field:
    """Return the candidates: what was injected last time, then the most probable muscles with a sourced dose."""
    maker = _Maker(situation, involvements, rows, reviews, symptoms, parameters)
    found = maker.repeated()
    fresh, unsourced = maker.fresh(found)
    room = max(int(parameters.most_candidates.value) - len(found), 0)
    chosen = [*found, *fresh[:room]]
    return Field(candidates=tuple(one for one in chosen if one.levels), unsourced=tuple(unsourced))


@dataclass(frozen=True, slots=True)
class _Maker:
    situation: Situation
    involvements: Sequence[Involvement]
    rows: Sequence[LimitRow]
    reviews: Sequence[Review]
    symptoms: Sequence[Symptom]
    parameters: PlanParameters

    def repeated(self) -> list[Candidate]:
        """Return the targets of the last session, if it was of this product."""
        last = self.situation.last_same
        if last is None:
            return []
        found: list[Candidate] = []
        for given in merged(last.injections):
            place = Place(given.muscle, given.side)
            origins = [
                one
                for one in sourced_origins(given.muscle, self.situation, self.rows, self.reviews)
                if one.target == given.muscle or not is_part(one.target)
            ]
            own = own_origin(given.muscle, given.units, last.date.isoformat(), self.parameters)
            found.append(self._candidate(place, _range_of(given.muscle, origins, own), given))
        return found

    def fresh(self, found: Sequence[Candidate]) -> tuple[list[Candidate], list[Unsourced]]:
        """Return new candidates, most probable first, and the muscles without a usable dose."""
        covered = {(member, one.place.side) for one in found for member in members_of(one.place.muscle)}
        places = {one.place for one in found}
        fresh: list[Candidate] = []
        unsourced: list[Unsourced] = []
        least = _logit(self.parameters.new_muscle_from.value)
        order = sorted(self.involvements, key=lambda one: (-one.log_odds, one.place.words))
        for one in order:
            if one.log_odds < least or (one.place.muscle, one.place.side) in covered:
                continue
            origins = sourced_origins(one.place.muscle, self.situation, self.rows, self.reviews)
            if not origins:
                hidden = hidden_rows(one.place.muscle, self.situation, self.reviews)
                unsourced.append(
                    Unsourced(place=one.place, probability_log_odds=one.log_odds, rows=tuple(row.id for row in hidden))
                )
            for origin in origins:
                place = Place(origin.target, one.place.side)
                if place not in places:
                    places.add(place)
                    fresh.append(self._candidate(place, origin, None))
        return fresh, unsourced

    def _candidate(self, place: Place, origin: DoseOrigin, last: GivenInjection | None) -> Candidate:
        history = self._history(place)
        step = self.parameters.step(self.situation.product, origin.high)
        sites = site_limits(place.muscle, self.rows, self.situation.units_per_ml)
        return Candidate(
            place=place,
            origin=origin,
            levels=levels_of(origin, last, sites, step),
            last=last,
            history=history,
            involvement=self._believed(place),
            limb=last.limb if last is not None and last.limb else limb_of(place.muscle, place.side),
            ceiling=self._ceiling(place, history, step) if history else self._first(origin, step),
            sites=sites,
        )

    def _believed(self, place: Place) -> Involvement:
        members = members_of(place.muscle)
        told = strongest([one for one in self.involvements if _same_place(one.place, place, members)])
        return told or Involvement(place=place, log_odds=_UNTOLD[0], sd=_UNTOLD[1])

    def _history(self, place: Place) -> tuple[Judged, ...]:
        """Return earlier doses of this product under this very name; units of another product tell nothing here."""
        found: list[Judged] = []
        for session in reversed(self.situation.sessions):
            if session.product != self.situation.product:
                continue
            for given in merged(session.injections):
                if (given.muscle, given.side) == place:
                    effect = session.effect_on(place.muscle, place.side)
                    found.append(Judged(date=session.date.isoformat(), units=given.units, effect=effect))
        return tuple(found)

    def _first(self, origin: DoseOrigin, step: Decimal) -> Ceiling | None:
        """Return the largest first dose of a muscle: part of the way up its range, and at least the least dose."""
        share = Decimal(str(self.parameters.first_dose_share.value))
        most = origin.low + share * (origin.high - origin.low)
        least = dose_grid(origin.low, origin.high, step)
        if not least or most >= origin.high:
            return None
        return Ceiling(max(most, least[0]), "a first dose stays in the lower part of its range", learned=False)

    def _ceiling(self, place: Place, history: Sequence[Judged], step: Decimal) -> Ceiling | None:
        """Return the largest dose after a weak or worse judgement or a side effect blamed on this muscle."""
        newest = history[0]
        named = f"{plain(newest.units)} units of {newest.date}"
        blamed = [one.symptom for one in self.symptoms if _blames(one, place)]
        last = self.situation.last
        if blamed and newest.effect != "weak" and last is not None and newest.date != last.date.isoformat():
            # The last session gave it another product, or none: that says nothing about a dose of this one.
            return Ceiling(
                newest.units, f"{_in_words(blamed[0])} after {last.date} was put down to it, so no more than {named}"
            )
        if newest.effect == "weak" or blamed:
            what = "left it weak" if newest.effect == "weak" else f"were followed by {_in_words(blamed[0])}"
            cut = max(step, newest.units * Decimal(str(self.parameters.weak_reduction.value)))
            return Ceiling(max(newest.units - cut, Decimal(0)), f"{named} {what}, so less this time")
        if newest.effect == "worse":
            return Ceiling(newest.units, f"{named} made it worse, so no more than that")
        return None


def merged(injections: Sequence[GivenInjection]) -> list[GivenInjection]:
    """Return one entry for each muscle and side, doses and sites added up; a dose for both sides is half on each."""
    table: dict[Place, GivenInjection] = {}
    for one in (part for told in injections for part in _by_side(told)):
        key = Place(one.muscle, one.side)
        known = table.get(key)
        if known is None:
            table[key] = one
        else:
            sites = None if known.sites is None or one.sites is None else known.sites + one.sites
            table[key] = replace(known, units=known.units + one.units, sites=sites, volume_ml=None)
    return list(table.values())


def _by_side(told: GivenInjection) -> tuple[GivenInjection, ...]:
    if told.side != "both" or not has_sides(told.muscle):
        return (told,)
    half = replace(
        told,
        units=told.units / 2,
        sites=None if told.sites is None else -(-told.sites // 2),
        volume_ml=None if told.volume_ml is None else told.volume_ml / 2,
        limb=None,
    )
    return replace(half, side="left"), replace(half, side="right")


def _range_of(name: str, origins: Sequence[DoseOrigin], own: DoseOrigin) -> DoseOrigin:
    """Return the sourced range of `name`; of a part of a sourced group the own one, for the group's is not its own."""
    if not origins:
        return own
    first = origins[0]
    if members_of(first.target) == members_of(name):
        return replace(first, target=name)
    words = f"around the patient's own last dose, as part of the {first.words} of {first.target}"
    return replace(own, high=min(own.high, first.high), words=words, row=first.row, source=first.source)


def _same_place(told: Place, place: Place, members: frozenset[str]) -> bool:
    sides = place.side in (told.side, None, "both")
    return sides and (told.muscle in members or told.muscle == place.muscle)


def _in_words(symptom: str) -> str:
    return symptom.replace("_", " ")


def _blames(told: Symptom, place: Place) -> bool:
    """Return whether a side effect is put down to this muscle; one without a side to both of a pair."""
    if told.muscle is None or told.side not in (place.side, None, "both"):
        return False
    return told.muscle == place.muscle or bool(members_of(told.muscle) & members_of(place.muscle))


def _logit(share: float) -> float:
    return log(share / (1 - share))
