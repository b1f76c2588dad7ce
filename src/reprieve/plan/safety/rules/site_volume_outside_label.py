"""The labelled range of the volume at one needle position."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure, note
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.site_volumes import name_of, site_volumes, untold, volume_of_site

RULE = "site_volume_outside_label"


def site_volume_outside_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the volume of a site lies above or below the labelled range."""
    for row, share in site_volumes(case, ranged=True):
        each = volume_of_site(row, share)
        if each is None or row.low is None or row.high is None:
            yield from untold(row, share)
            continue
        what = f"{name_of(share)}, volume of one site"
        yield from at_most(row, each, rule=RULE, subject=share.subject, what=what, unit="mL", severity=Severity.INFO)
        if each < row.low and share.sites is not None:
            yield note(
                row,
                row.low,
                each,
                rule=RULE,
                subject=share.subject,
                text=f"{what}: {figure(each)} mL, below the labelled {figure(row.low)} mL",
                clears_if=f"{figure(row.low)} to {figure(row.high)} mL at each site",
                unit="mL",
            )
