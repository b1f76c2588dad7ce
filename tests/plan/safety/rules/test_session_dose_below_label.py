"""Below the labelled range of a session, a limb of a child: told and no more.

Sources: ``medscape_daxi`` (125 to 250), ``abbviepro_lls`` (ona leg 300 to 400), ``dysport_hcp_adult`` (abo arm 500).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    CD,
    DAXI,
    LEG,
    ONA,
    RIMA,
    found,
    given,
    inject,
    plan,
)

BELOW = "session_dose_below_label"


def test_below_the_labelled_range_of_a_limb_is_told() -> None:
    (finding,) = found(
        plan(ONA, ARM, inject("biceps_brachii", 50, sites=20), age=9, weight=20), "session_dose_below_label"
    )
    assert (finding.severity, finding.limit, finding.subject) == (Severity.INFO, Decimal(60), "left_arm")


@pytest.mark.parametrize(
    ("product", "use", "units", "low"),
    [(DAXI, CD, 124, 125), (ONA, LEG, 299, 300), (ABO, ARM, 400, 500), (RIMA, "sialorrhoea", 1400, 1500)],
)
def test_below_the_range_is_told_and_no_more(product: str, use: str, units: int, low: int) -> None:
    muscle = {ARM: "brachialis", LEG: "soleus", "sialorrhoea": "parotid_gland"}.get(use, "splenius_capitis")
    (finding,) = found(
        plan(product, use, inject(muscle, units, sites=60), exposures=(given(200, 1000, product),)), BELOW
    )
    assert (finding.severity, finding.limit) == (Severity.INFO, Decimal(low))
