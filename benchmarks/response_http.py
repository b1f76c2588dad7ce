"""A forecast over HTTP right after a new diary entry: the exact answer, percentiles, beside the entry's own write.

Run: python benchmarks/response_http.py [rounds]

A real server process on the demonstration charts; each round writes one diary entry of one patient (on the disk before
it is acknowledged) and then asks for the forecast, which nothing has computed yet.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import httpx
import numpy as np
from record_load import HEADERS, PASSWORD, laid_down, start_server

PATIENTS = 40
PAUSE_S = 0.1  # three requests a round, and the server lets one person have about twenty a second


def main(rounds: int) -> None:
    """Print the percentiles."""
    took: dict[str, list[float]] = {"diary entry, written": [], "forecast after it": [], "the same forecast again": []}
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        target, ids = laid_down(Path(folder), PATIENTS, 1, None)
        server, address = start_server(target)
        try:
            with httpx.Client(base_url=address, headers=HEADERS, timeout=60, trust_env=False) as client:
                client.post("/api/sign-in", json={"name": "injector 0", "password": PASSWORD}).raise_for_status()
                for turn in range(rounds + PATIENTS):
                    time.sleep(PAUSE_S)
                    patient = ids[turn % len(ids)]
                    entry = {"date": date.today().isoformat(), "severity": turn % 10}
                    key = {"Idempotency-Key": secrets.token_hex(8)}
                    steps = (
                        ("diary entry, written", "POST", "diary", entry, key),
                        ("forecast after it", "GET", "forecast", None, {}),
                        ("the same forecast again", "GET", "forecast", None, {}),
                    )
                    for name, method, what, body, more in steps:
                        before = time.perf_counter()
                        answer = client.request(method, f"/api/patients/{patient}/{what}", json=body, headers=more)
                        answer.raise_for_status()
                        if turn >= PATIENTS:  # the first round of each patient also loads what the server needs
                            took[name].append(1e3 * (time.perf_counter() - before))
                            if name == "forecast after it" and not answer.json()["abstains"]:
                                sizes.append(answer.json()["scores_used"])
        finally:
            server.terminate()
            server.wait()
    for name, times in took.items():
        print(f"{name}: median {np.median(times):.1f} ms, p95 {np.quantile(times, 0.95):.1f} ms")
    print(f"{len(sizes)} of {rounds} forecasts did not abstain; scores used: {min(sizes)} to {max(sizes)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200)
