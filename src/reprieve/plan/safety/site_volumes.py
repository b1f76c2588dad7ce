"""The volume of one needle position beside the rows that bound it, and what is missing to tell it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure
from reprieve.plan.safety.outcome import Gap
from reprieve.plan.safety.per_site import SiteShare, site_shares
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow


def site_volumes(case: Case, *, ranged: bool) -> Iterator[tuple[LimitRow, SiteShare]]:
    """Yield each share of the plan with each row for it: the rows with a lower end (`ranged`), or those without."""
    # The same figure of one document stands at the use and over all uses: one row for each bound.
    rows = {(row.target, row.low, row.high, row.source.key): row for row in case.of(LimitKind.SITE_VOLUME)}
    for row in rows.values():
        if (row.low is not None) is ranged:
            for share in site_shares(case, row.target):
                yield row, share


def volume_of_site(row: LimitRow, share: SiteShare) -> Decimal | None:
    """Return the mL of one site, the whole as one site where the number is not told and that is within the row."""
    assert row.high is not None
    if share.volume_ml is None or (share.sites is None and share.volume_ml > row.high):
        return None
    return share.volume_ml / Decimal(share.sites or 1)


def name_of(share: SiteShare) -> str:
    """Return what the volume is of, to begin a sentence."""
    return share.subject.replace("_", " ").capitalize()


def untold(row: LimitRow, share: SiteShare) -> Iterator[Finding | Gap]:
    """Say what is missing to tell the volume of one site."""
    volume_told = share.volume_ml is not None
    rule, what = ("sites_missing", "number of sites") if volume_told else ("volume_missing", "volume")
    yield Gap(
        rule="site_volume_exceeded",
        subject=share.subject,
        missing=what,
        needs="enter sites and volume, or the vials and diluent",
    )
    # A labelled range informs, so that its missing input informs; a bound warns.
    yield Finding(
        rule=rule,
        severity=Severity.INFO if row.low is not None else Severity.WARNING,
        message=(
            f"{name_of(share)}: the {what} is not told, so {figure(row.high or Decimal(0))} mL for one site "
            "was not checked."
        ),
        limit=row.high,
        unit="mL",
        subject=share.subject,
        sources=(row.source,),
        clears_if=f"the {what} is told",
    )
