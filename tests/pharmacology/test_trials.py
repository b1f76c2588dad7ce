"""The time course against trials that it was not fitted to."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest
from scipy.optimize import least_squares

from reprieve.pharmacology.endplate import EndplateParameters, block
from reprieve.reference.pharmacology import pharmacology_priors

DAYS = (7, 30, 180)
MASSETER, TEMPORALIS = ("LMM11", "RMM11"), ("LTA11", "RTA11")
PRIORS = pharmacology_priors().products["onabotulinumtoxinA"]


def _ratios(columns: tuple[str, str], patients: slice) -> np.ndarray:
    """Activity at clench over its value on day 0 in the toxin arm, shape (patients, days); Guarda-Nardini 2008."""
    text = resources.files("reprieve.reference").joinpath("data", "masseter_emg", "masseter_emg.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["arm"] == "botox"]
    who = sorted({int(row["patient"]) for row in rows})[patients]
    level = np.array(
        [
            [
                np.mean(
                    [float(r[c]) for r in rows if int(r["patient"]) == p and int(r["days"]) == day for c in columns]
                )
                for day in (0, *DAYS)
            ]
            for p in who
        ]
    )
    return level[:, 1:] / level[:, :1]


def _left(uptake: float, half_life: float, amount: float) -> np.ndarray:
    p = EndplateParameters(uptake_per_day=uptake, light_chain_half_life_d=half_life)
    return 1 - block(p, [amount], DAYS)[0]


def _fitted(measured: np.ndarray) -> np.ndarray:
    """Uptake, half-life and amount for three means, held near the priors by their own spread."""

    def misfit(z: np.ndarray) -> np.ndarray:
        uptake, life = (PRIORS[n].values[0] * np.exp(PRIORS[n].values[1] * v) for n, v in zip(NAMES, z, strict=False))
        return np.concatenate([(_left(uptake, life, 0.45 * np.exp(z[2])) - measured) / 0.1, z])

    z = least_squares(misfit, np.zeros(3)).x
    scales = [PRIORS[name].values for name in NAMES]
    return np.array([m * np.exp(sd * v) for (m, sd), v in zip(scales, z, strict=False)] + [0.45 * np.exp(z[2])])


NAMES = ("uptake_per_day", "light_chain_half_life_d")


@pytest.mark.parametrize(("seen", "held_out"), [(slice(0, 5), slice(5, 10)), (slice(5, 10), slice(0, 5))])
def test_half_of_the_patients_foretell_the_means_of_the_others(seen, held_out):
    fitted = _fitted(_ratios(MASSETER, seen).mean(axis=0))
    others = _ratios(MASSETER, held_out)
    assert (np.abs(_left(*fitted) - others.mean(axis=0)) < others.std(axis=0, ddof=1)).all()


def test_the_masseter_foretells_the_temporalis_of_the_same_patients():
    # 30 U into the masseter, 20 U into the temporalis (recalled, unverified); volumes taken as equal.
    uptake, half_life, amount = _fitted(_ratios(MASSETER, slice(None)).mean(axis=0))
    others = _ratios(TEMPORALIS, slice(None))
    assert (np.abs(_left(uptake, half_life, amount * 20 / 30) - others.mean(axis=0)) < others.std(axis=0, ddof=1)).all()


def test_one_effective_volume_serves_both_doses_of_the_foot_muscle():
    # Hamjian and Walker 1994: 10 U leave 3.0 of 8.3 mV, 36 %, sd 0.9 and 3.1 mV; Sloop 1996: 15-20 U
    # leave 10 to 15 %. Extensor digitorum brevis; parameters are those of the masseter, only the volume is free.
    medians = {name: PRIORS[name].values[0] for name in NAMES}
    reference = PRIORS["reference_units_per_ml"].values[0]

    def left(units: float, volume: float) -> float:
        return float(1 - block(EndplateParameters(**medians), [units / volume / reference], np.arange(60))[0].max())

    volumes = np.arange(6.0, 14.0, 0.5)
    ten = np.array([left(10, v) for v in volumes])
    more = np.array([left(17.5, v) for v in volumes])
    serves = (np.abs(ten - 3.0 / 8.3) < 0.11) & (more > 0.09) & (more < 0.16)
    assert serves.any()
    assert 7.0 < volumes[serves].mean() < 12.0
