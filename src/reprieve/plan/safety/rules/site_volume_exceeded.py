"""Volume at one needle position; it changes with the dilution."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure, source_words, whole_up
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.per_site import SiteShare, site_shares
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow

RULE, OUTSIDE = "site_volume_exceeded", "site_volume_outside_label"


def site_volume_exceeded(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the volume of each site with the limit, or with the labelled range, of one site."""
    for row in _distinct(case.of(LimitKind.SITE_VOLUME)):
        for share in site_shares(case, row.target):
            yield from _compare(row, share)


def _distinct(rows: tuple[LimitRow, ...]) -> list[LimitRow]:
    """Return one row for each bound: the same figure of one document stands at the use and over all uses."""
    table: dict[object, LimitRow] = {}
    for row in rows:
        table[(row.target, row.low, row.high, row.source.key)] = row
    return list(table.values())


def _compare(row: LimitRow, share: SiteShare) -> Iterator[LimitCheck | Finding | Gap]:
    assert row.high is not None
    name = share.subject.replace("_", " ").capitalize()
    if share.volume_ml is None or (share.sites is None and share.volume_ml > row.high):
        yield from _untold(row, share, name)
        return
    sites = share.sites or 1
    each = share.volume_ml / Decimal(sites)
    if row.low is None:
        least = whole_up(share.volume_ml / row.high)
        yield from at_most(
            row, each, rule=RULE, subject=share.subject, what=f"{name}, volume of one site", unit="mL",
            clears_if=f"at least {least} sites, or a stronger dilution",
        )  # fmt: skip
        return
    yield from at_most(
        row, each, rule=OUTSIDE, subject=share.subject, what=f"{name}, volume of one site", unit="mL",
        severity=Severity.INFO,
    )  # fmt: skip
    if each < row.low and share.sites is not None:
        yield Finding(
            rule=OUTSIDE,
            severity=Severity.INFO,
            message=(
                f"{name}, volume of one site: {figure(each)} mL, below the labelled {figure(row.low)} mL; "
                f"{source_words(row.source)}."
            ),
            limit=row.low,
            actual=each,
            exceed_by=row.low - each,
            unit="mL",
            subject=share.subject,
            sources=(row.source,),
            clears_if=f"{figure(row.low)} to {figure(row.high)} mL at each site",
        )


def _untold(row: LimitRow, share: SiteShare, name: str) -> Iterator[Finding | Gap]:
    volume_told = share.volume_ml is not None
    rule, what = ("sites_missing", "number of sites") if volume_told else ("volume_missing", "volume")
    yield Gap(rule=RULE, subject=share.subject, missing=what, needs="enter sites and volume, or the vials and diluent")
    # A labelled range informs, so that its missing input informs; a bound warns.
    yield Finding(
        rule=rule,
        severity=Severity.INFO if row.low is not None else Severity.WARNING,
        message=f"{name}: the {what} is not told, so {figure(row.high or Decimal(0))} mL for one site was not checked.",
        limit=row.high,
        unit="mL",
        subject=share.subject,
        sources=(row.source,),
        clears_if=f"the {what} is told",
    )
