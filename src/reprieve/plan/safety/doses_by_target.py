"""Units that a label's row speaks of, by side."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reprieve.plan.safety.case import Case
from reprieve.plan.safety.target import target_of


@dataclass(frozen=True, slots=True)
class SideDose:
    """One target on one side; `sites` None when one of its rows does not tell them."""

    target: str
    side: str | None
    units: Decimal
    sites: int | None

    @property
    def subject(self) -> str:
        """``splenius_capitis left``."""
        return self.target if self.side is None else f"{self.target} {self.side}"


def doses_of(case: Case, target: str) -> list[SideDose]:
    """Return the dose of `target` on each side that the plan names.

    A plan's group counts for a label's row of the group; members add up to it. A plan's group that is wider than the
    label's row is not taken apart here: see `covered_by`.
    """
    wanted = target_of(target).members
    table: dict[str | None, list[tuple[Decimal, int | None]]] = {}
    for entry in case.placed:
        if entry.target.members <= wanted:
            for side in entry.sides:
                sites = entry.injection.sites
                share = None if sites is None else -(-sites // len(entry.sides))
                table.setdefault(side, []).append((entry.units_a_side, share))
    return [SideDose(target, side, sum((u for u, _ in rows), Decimal(0)), _sites(rows)) for side, rows in table.items()]


def _sites(rows: list[tuple[Decimal, int | None]]) -> int | None:
    counts = [sites for _, sites in rows]
    return None if any(count is None for count in counts) else sum(count for count in counts if count is not None)


def wider_than(case: Case, targets: dict[str, frozenset[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Return each group of the plan that several rows of the label cover only together, with those rows' targets."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for entry in case.placed:
        members = entry.target.members
        if len(members) < 2:
            continue
        parts = tuple(name for name, own in targets.items() if own < members)
        if parts and frozenset().union(*(targets[name] for name in parts)) == members:
            found.append((entry.injection.muscle, parts))
    return list(dict.fromkeys(found))
