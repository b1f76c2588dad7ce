"""FHIR: write and read one patient's Bundle, beside fhir.resources on the same text in the same run.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/fhir_bundle.py``. The peer only parses and writes again; it fills no
chart, checks no binding and no unit, and keeps no decimals.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from reprieve.app.demo.clinic import demo_charts
from reprieve.interop.fhir.bundle import collection, read_bundle
from reprieve.interop.fhir.json_text import write_json
from reprieve.interop.fhir.reader import read_batch
from reprieve.interop.fhir.record import FhirRecord, write_record

ROUNDS = 7


def seconds(what: Callable[[], Any]) -> float:
    """Return the median time of some rounds."""
    what()
    times: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        what()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    chart = demo_charts(2026, date(2026, 11, 26), 1)[0]
    record = FhirRecord(chart=chart)
    text = write_json(collection(write_record(record)))
    count = len(write_record(record))
    bundle = Bundle.model_validate_json(text)
    rows = {
        "write": (
            seconds(lambda: write_json(collection(write_record(record)))),
            seconds(lambda: bundle.model_dump_json()),
        ),
        "read": (
            seconds(lambda: read_batch(read_bundle(text, "b"), "b")),
            seconds(lambda: Bundle.model_validate_json(text)),
        ),
    }
    print(f"one patient: {count} resources, {len(text) / 1e6:.2f} MB of JSON")
    for name, (ours, theirs) in rows.items():
        told = f"reprieve {1000 * ours:7.1f} ms  fhir.resources {1000 * theirs:7.1f} ms"
        print(f"{name:6} {told}  ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
