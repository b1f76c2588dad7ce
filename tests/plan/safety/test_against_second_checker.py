"""Random plans through the rules and through a second checker that shares no code with them: no disagreement.

CI runs 200,000 plans in shares, one share a test, so that the workers split them; the nightly recipe runs a million.
"""

from __future__ import annotations

import os
from collections import Counter
from fractions import Fraction

import pytest

from reprieve.core.documents import as_json
from reprieve.core.findings import Finding
from reprieve.plan.safety import check
from reprieve.record.plan import Plan
from support.plans import TODAY
from support.random_plans import random_plan
from support.second_checker import NUMERIC_RULES, Answer, SecondChecker

SHARES = 20
PLANS = int(os.environ.get("REPRIEVE_RANDOM_PLANS", "200000"))


def _answers(plan: Plan) -> set[Answer]:
    return {_answer(finding) for finding in check(plan, today=TODAY).findings if finding.rule in NUMERIC_RULES}


def _answer(finding: Finding) -> Answer:
    limit = None if finding.limit is None else Fraction(finding.limit)
    return finding.rule, finding.subject, str(finding.severity), limit


@pytest.mark.spread
@pytest.mark.parametrize("share", range(SHARES))
def test_two_checkers_agree_on_every_random_plan(share: int) -> None:
    size = PLANS // SHARES
    for seed in range(share * size, (share + 1) * size):
        plan = random_plan(seed)
        ours, theirs = _answers(plan), SecondChecker(plan).run()
        assert ours == theirs, f"plan {seed}: rules only {ours - theirs}, second only {theirs - ours}\n{as_json(plan)}"


def test_the_random_plans_reach_every_numeric_rule() -> None:
    """A rule that no random plan fires would be agreed upon by silence."""
    fired: Counter[str] = Counter()
    for seed in range(4000):
        fired.update(rule for rule, _, _, _ in _answers(random_plan(seed)))
    assert set(fired) == NUMERIC_RULES, NUMERIC_RULES - set(fired)
