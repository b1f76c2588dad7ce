"""What no number on file bounds: empty is not zero and not "no limit"."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.target import target_of
from reprieve.reference.formulary.limit_row import LimitKind, Nature

RULE = "no_verified_limit"
_SESSION_KINDS = (LimitKind.SESSION_MAXIMUM, LimitKind.SESSION_RANGE, LimitKind.COMBINED_CAP, LimitKind.CUMULATIVE)


def no_verified_limit(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that no verified figure bounds the session, and which muscles have none of their own."""
    session = [row for kind in _SESSION_KINDS for row in case.of(kind) if row.nature is Nature.LABEL]
    if not any(row.verified for row in session):
        yield Finding(
            rule=RULE,
            severity=Severity.WARNING,
            message=f"No verified limit bounds the total of {case.product.id} for this use; that is no sign of safety.",
            subject="session",
            sources=tuple(dict.fromkeys(row.source for row in session)),
            clears_if="the clinic confirms a limit from the label in hand",
        )
        yield Gap(rule="session_limit_exceeded", subject="session", missing="a verified limit", needs="see the label")
    bare = _muscles_without(case)
    if bare:
        names = ", ".join(name.replace("_", " ") for name in bare)
        yield Finding(
            rule=RULE,
            severity=Severity.INFO,
            message=f"No verified label dose per muscle is on file for {names}; that is no sign that any dose is safe.",
            subject="muscles",
            clears_if="the clinic confirms a dose row for these muscles",
        )


def _muscles_without(case: Case) -> list[str]:
    kinds = (LimitKind.MUSCLE_RANGE, LimitKind.GLAND_RANGE)
    rows = [row for kind in kinds for row in case.of(kind)] + [r for r in case.of(LimitKind.SITE_UNITS) if r.target]
    covered = [target_of(str(row.target)).members for row in rows if row.verified and row.high is not None]
    bare = (entry for entry in case.placed if not any(_touches(entry.target.members, own) for own in covered))
    return list(dict.fromkeys(entry.injection.muscle for entry in bare))


def _touches(members: frozenset[str], covered: frozenset[str]) -> bool:
    return not members.isdisjoint(covered)
