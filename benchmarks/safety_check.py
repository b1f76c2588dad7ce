"""CPU time of a full check of a 30-site plan with a five-year history, in process.

Run: python benchmarks/safety_check.py [--rounds 2000]
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import date, timedelta
from decimal import Decimal

from reprieve.plan.safety import check
from reprieve.record.plan import Exposure, Injection, LastSession, Plan, PlanPatient, Reconstitution, Vial

TODAY = date(2026, 11, 26)
MUSCLES = (
    "splenius_capitis", "semispinalis_capitis", "sternocleidomastoid", "trapezius", "levator_scapulae",
    "scalenus_medius", "longissimus_capitis", "splenius_cervicis", "semispinalis_cervicis", "obliquus_capitis_inferior",
)  # fmt: skip


def plan_of(units: int) -> Plan:
    """Return a plan of 10 muscles and 30 sites with twenty earlier sessions."""
    history = tuple(
        Exposure(
            date=TODAY - timedelta(days=91 * k),
            product="onabotulinumtoxinA",
            units=Decimal(200),
            indication="cervical_dystonia",
        )
        for k in range(1, 21)
    )
    return Plan(
        product="onabotulinumtoxinA",
        indication="cervical_dystonia",
        jurisdiction="US",
        date=TODAY,
        patient=PlanPatient(
            birth_date=date(1966, 2, 3), exposure_history="known", exposures=history, risks=("dysphagia",)
        ),
        reconstitution=Reconstitution(vials=(Vial(units=Decimal(200), diluent_ml=Decimal(4)),)),
        last_session=LastSession(date=history[0].date, product="onabotulinumtoxinA", units=Decimal(200)),
        injections=tuple(
            Injection(muscle=name, side="left" if number % 2 else "right", units=Decimal(units), sites=3)
            for number, name in enumerate(MUSCLES)
        ),
    )


def main() -> None:
    """Check again and again, each time another plan, and print the CPU time of one check."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2000)
    rounds = parser.parse_args().rounds
    plans = [plan_of(5 + k % 20) for k in range(100)]
    for plan in plans:
        check(plan, today=TODAY)
    spent: list[float] = []
    for number in range(rounds):
        start = time.process_time_ns()
        check(plans[number % len(plans)], today=TODAY)
        spent.append((time.process_time_ns() - start) / 1e6)
    spent.sort()
    report = check(plans[0], today=TODAY)
    print(f"{len(report.limits)} limits, {len(report.findings)} findings; {rounds} checks")
    print(f"CPU ms per check: median {statistics.median(spent):.3f}, p95 {spent[int(0.95 * rounds)]:.3f} (bound: 1)")


if __name__ == "__main__":
    main()
