"""Units at one needle position."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure, whole_up
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.per_site import SiteShare, site_shares
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow

RULE, MISSING = "site_units_exceeded", "sites_missing"


def site_units_exceeded(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the units of each site with the limit of one site."""
    for row in case.of(LimitKind.SITE_UNITS):
        for share in site_shares(case, row.target):
            yield from _compare(row, share)


def _compare(row: LimitRow, share: SiteShare) -> Iterator[LimitCheck | Finding | Gap]:
    assert row.high is not None
    if share.sites is None:
        # All of it at one site is the worst that the plan can mean; below the limit nothing needs to be asked.
        if share.units <= row.high:
            yield from at_most(
                row, share.units, rule=RULE, subject=share.subject, what=_name(share), words="as one site"
            )
            return
        least = whole_up(share.units / row.high)
        yield Finding(
            rule=MISSING,
            severity=Severity.WARNING,
            message=(
                f"{_name(share)}: the number of sites is not told, so {figure(share.units)} units could not be "
                f"compared with {figure(row.high)} units for one site."
            ),
            limit=row.high,
            unit="units",
            subject=share.subject,
            sources=(row.source,),
            clears_if=f"the sites are told, at least {least} of them",
        )
        yield Gap(rule=RULE, subject=share.subject, missing="number of sites", needs="enter the sites of this muscle")
        return
    high, sites = row.high, share.sites
    yield from at_most(
        row,
        share.units / sites,
        rule=RULE,
        subject=share.subject,
        what=lambda: f"{_name(share)}, each of {sites} sites" if sites > 1 else f"{_name(share)}, one site",
        clears_if=lambda: (
            f"at most {figure(high * sites)} units at {sites} sites, or at least {whole_up(share.units / high)} sites"
        ),
    )


def _name(share: SiteShare) -> str:
    return share.subject.replace("_", " ").capitalize()
