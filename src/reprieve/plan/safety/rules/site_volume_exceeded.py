"""The largest volume at one needle position; it changes with the dilution."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, whole_up
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.site_volumes import name_of, site_volumes, untold, volume_of_site

RULE = "site_volume_exceeded"


def site_volume_exceeded(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the volume of each site with the limit of one site."""
    for row, share in site_volumes(case, ranged=False):
        each = volume_of_site(row, share)
        if each is None or share.volume_ml is None or row.high is None:
            yield from untold(row, share)
            continue
        least = whole_up(share.volume_ml / row.high)
        yield from at_most(
            row,
            each,
            rule=RULE,
            subject=share.subject,
            what=f"{name_of(share)}, volume of one site",
            unit="mL",
            clears_if=f"at least {least} sites, or a stronger dilution",
        )
