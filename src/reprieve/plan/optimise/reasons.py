"""Why each dose is what it is: source, last time, evidence, what fixed it, what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import exp
from typing import Literal

from scipy.special import expit

from reprieve.core.dose import plain
from reprieve.core.findings import SourceRef
from reprieve.plan.optimise.bounds import Bound
from reprieve.plan.optimise.candidates import Candidate
from reprieve.plan.optimise.levels import Level
from reprieve.plan.optimise.program import Choice
from reprieve.plan.optimise.session_problem import SessionProblem

ReasonKind = Literal["range", "last_dose", "evidence", "learned", "fixed_by", "would_change", "risk", "session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason; `muscle` and `side` are None when it is about the session."""

    kind: ReasonKind
    subject: str
    statement: str
    muscle: str | None = None
    side: str | None = None
    sources: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingLimit:
    """A limit that leaves no room for a further step of any dose it counts."""

    id: str
    words: str
    limit: Decimal
    actual: Decimal
    headroom: Decimal
    unit: str
    verified: bool | None
    blocks: bool
    source: SourceRef | None
    relaxed: str | None


def reasons_of(problem: SessionProblem, choice: Choice, *, proven: str) -> tuple[Reason, ...]:
    """Return the reasons of every dose of `choice`; `proven` says in words what this option optimises."""
    told: list[Reason] = []
    for position, index in enumerate(choice.levels):
        if index is not None:
            told += _OneDose(problem, choice, position, index, proven).reasons()
    return tuple(told)


def binding_limits(problem: SessionProblem, choice: Choice) -> tuple[BindingLimit, ...]:
    """Return the limits that stop a further step somewhere."""
    found = []
    for bound in problem.bounds:
        actual = problem.program.total(bound, choice)
        if any(_exceeds(problem, choice, bound, position) for position in range(len(problem.candidates))):
            found.append(
                BindingLimit(
                    id=bound.id,
                    words=bound.words,
                    limit=bound.limit,
                    actual=actual + bound.used,
                    headroom=bound.at_most - actual,
                    unit=bound.quantity,
                    verified=bound.row.verified if bound.row else None,
                    blocks=bound.blocks,
                    source=bound.row.source if bound.row else None,
                    relaxed=bound.relaxed,
                )
            )
    return tuple(found)


def _next_level(one: Candidate, index: int | None) -> Level | None:
    following = 0 if index is None else index + 1
    return one.levels[following] if following < len(one.levels) else None


def _exceeds(problem: SessionProblem, choice: Choice, bound: Bound, position: int) -> bool:
    """Whether the next larger dose of one candidate would break `bound`."""
    one, weight = problem.candidates[position], bound.weights[position]
    index = choice.levels[position]
    following = _next_level(one, index)
    if not weight or following is None:
        return False
    now = one.levels[index] if index is not None else Level(Decimal(0), 0)
    more = following.units - now.units if bound.quantity == "units" else Decimal(following.sites - now.sites)
    return problem.program.total(bound, choice) + weight * more > bound.at_most


@dataclass(frozen=True, slots=True)
class _OneDose:
    problem: SessionProblem
    choice: Choice
    position: int
    index: int
    proven: str

    @property
    def one(self) -> Candidate:
        return self.problem.candidates[self.position]

    def reasons(self) -> Iterator[Reason]:
        origin = self.one.origin
        yield self._reason("range", origin.words, (origin.source,) if origin.source else ())
        yield self._reason("last_dose", self._last())
        yield self._reason("evidence", self._evidence())
        learned = self._learned()
        if learned is not None:
            yield self._reason("learned", learned)
        risk = self._risk()
        if risk is not None:
            yield self._reason("risk", risk)
        fixed, change, sources = self._fixed()
        yield self._reason("fixed_by", fixed, sources)
        yield self._reason("would_change", change)

    def _reason(self, kind: ReasonKind, text: str, sources: tuple[SourceRef, ...] = ()) -> Reason:
        place = self.one.place
        return Reason(
            kind=kind,
            subject=place.words,
            muscle=place.muscle,
            side=place.side,
            statement=f"{place.words}: {text}",
            sources=sources,
        )

    def _last(self) -> str:
        if self.one.last is None:
            product, last = self.problem.situation.product, self.problem.situation.last_same
            return f"no dose of {product} " + ("in the last session" if last is not None else "here before")
        newest = self.one.history[0]
        effect = f"effect {newest.effect}" if newest.effect else "effect not judged"
        return f"last dose {plain(self.one.last.units)} units on {newest.date}, {effect}"

    def _evidence(self) -> str:
        told = self.one.involvement
        chance = f"takes part with probability {expit(told.log_odds):.2f}"
        if not told.statements:
            return f"{chance} (an even guess: no finding names it)"
        return f"{chance}: {'; '.join(told.statements[:3])}"

    def _learned(self) -> str | None:
        worth = self.problem.worths[self.position]
        if not worth.sensitivity.judgements:
            return None
        factor = exp(-worth.sensitivity.mean)
        direction = "less" if factor < 1 else "more"
        text = (
            f"{worth.sensitivity.judgements} earlier judgement(s): expected to need {abs(1 - factor):.0%} {direction} "
            "than most, shrunk to the population"
        )
        ceiling = self.one.ceiling
        return f"{text}; {ceiling.words}" if ceiling is not None and ceiling.learned else text

    def _risk(self) -> str | None:
        worth = self.problem.worths[self.position]
        weak = f"chance of being judged too weak {worth.weak_chance[self.index]:.0%}"
        if not worth.reaches:
            return weak
        names = ", ".join(f"{reach.structure} ({reach.effect})" for reach in worth.reaches[:2])
        return f"{weak}; may spread into {names}"

    def _fixed(self) -> tuple[str, str, tuple[SourceRef, ...]]:
        """Return what fixed the dose, what would change it, and the sources."""
        following = _next_level(self.one, self.index)
        if following is None:
            return self._top()
        broken = [b for b in self.problem.bounds if _exceeds(self.problem, self.choice, b, self.position)]
        if broken:
            bound = broken[0]
            left = plain(bound.at_most - self.problem.program.total(bound, self.choice))
            text = f"held by the limit {bound.words}; {left} {bound.quantity} left"
            sources = (bound.row.source,) if bound.row else ()
            return text, "more room under that limit, or a lower dose elsewhere under it", sources
        return self._trade_off(following), self._change(), ()

    def _top(self) -> tuple[str, str, tuple[SourceRef, ...]]:
        origin = self.one.origin
        sources = (origin.source,) if origin.source else ()
        return f"at the top of its range ({origin.words})", "a source for a larger dose, entered by the clinic", sources

    def _trade_off(self, following: Level) -> str:
        problem, worth = self.problem, self.problem.worths[self.position]
        column = int((problem.program.owner < self.position).sum()) + self.index
        gain = worth.relief[self.index + 1] - worth.relief[self.index]
        cost = problem.costs[column + 1] - problem.costs[column]
        return (
            f"{self.proven}; {plain(following.units)} units would add {gain:.4f} relief and cost {cost:.4f} "
            "(weakness, spread, units, sites)"
        )

    def _change(self) -> str:
        told = self.one.involvement.measure_next
        measured = f"; measuring {told.replace('_', ' ')} would tell most about it" if told else ""
        return f"a judgement of what this dose did, or other evidence that the muscle takes part{measured}"
