"""How long the vial ledger of a busy clinic takes: folding all of it, one more session, the vials of a day.

Run: python benchmarks/stock_ledger.py [--vials 20000]
There is no peer to compare with; what is printed beside each figure is what a person may wait for.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from reprieve.core.dose import Dose
from reprieve.deliver.day_choice import DayDose, least_waste_of_day
from reprieve.deliver.ledger import balance, extended, fold_ledger
from reprieve.deliver.ledger_entries import LedgerEntry, UnitsUsed, UnitsWasted, VialOpened, VialReceived, WasteReason
from reprieve.deliver.recall import recall_from_ledger

ONA = "onabotulinumtoxinA"
START = datetime(2024, 1, 2, 9, 0, tzinfo=UTC)


def life(number: int) -> list[LedgerEntry]:
    """Return the four entries of one vial."""
    at = START + timedelta(minutes=20 * number)
    vial, session, patient = f"v{number}", f"s{number}", f"p{number % 900}"
    return [
        VialReceived(
            key=f"r{number}",
            vial=vial,
            content=Dose(100, ONA),
            lot=f"C{number // 400}",
            expires=date(2030, 1, 1),
            at=START,
        ),
        VialOpened(key=f"o{number}", vial=vial, at=at, session=session, patient=patient, diluent_ml=Decimal(2)),
        UnitsUsed(key=f"u{number}", vial=vial, dose=Dose("92.5", ONA), at=at, session=session, patient=patient),
        UnitsWasted(
            key=f"w{number}", vial=vial, dose=Dose("7.5", ONA), reason=WasteReason.REST_OF_VIAL, at=at, session=session
        ),
    ]


def timed(what: str, wait_s: float, work: Callable[[], object], repeats: int = 1) -> None:
    """Print the time of one call of `work`."""
    began = time.perf_counter()
    for _ in range(repeats):
        work()
    took = (time.perf_counter() - began) / repeats
    print(f"{what:<58}{took * 1000:10.2f} ms   (a person may wait {wait_s * 1000:.0f} ms)")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vials", type=int, default=20_000)
    args = parser.parse_args()
    entries = [entry for number in range(args.vials) for entry in life(number)]
    ledger = fold_ledger(entries)
    assert balance(ledger, ONA).difference == 0
    timed(f"fold {len(entries)} entries of {args.vials} vials", 5, lambda: fold_ledger(entries))
    timed("one more session on top", 0.1, lambda: extended(ledger, life(args.vials)), 5)
    timed("recall of a lot", 1, lambda: recall_from_ledger(ledger, "C3"), 3)
    timed("sums of the product", 1, lambda: balance(ledger, ONA), 3)
    for sharing in (None, Decimal(24)):
        words = "shared" if sharing else "each their own"
        timed(f"vials of 24 patients, {words}", 2, lambda hours=sharing: one_day(hours))


def one_day(hours: Decimal | None) -> object:
    """Choose the vials of 24 patients."""
    day = [
        DayDose(patient=f"p{n}", dose=Dose(100 + 5 * (n * 7 % 30), ONA), at=START + timedelta(minutes=20 * n))
        for n in range(24)
    ]
    stock = {Decimal(200): 30, Decimal(100): 40, Decimal(50): 20}
    return least_waste_of_day(day, stock, ONA, share_within_hours=hours)


if __name__ == "__main__":
    main()
