"""Tone: what a muscle does between its efforts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from reprieve.emg.envelope import Envelope

Floats = NDArray[np.float64]

# Tone between efforts is looked for this far on either side, as what stays for the length of a pause.
TONE_REACH_S, TONE_RATE_HZ, TONE_PAUSE_S = 4.0, 20.0, 0.3
TONE_MOST = 0.30


@dataclass(frozen=True, slots=True)
class Tone:
    """What goes on between efforts.

    Attributes
    ----------
    values : ndarray, shape (n_pieces,)
        The higher one of before and after, less the noise: in the quietest 300 ms of `TONE_REACH_S` the envelope stays
        beneath it. Where that is more than `most`, an effort goes on to that side, and no tone.
    most : ndarray, shape (n_pieces,)
        30 % of the strongest effort within reach.
    piece : int
        Points of the envelope that share a value.
    """

    values: Floats
    most: Floats
    piece: int

    def level(self, factor: float, length: int, least: float = 0.0) -> NDArray[np.float32]:
        """Return `factor` times the tone, or the most that a tone can be, at the `length` points of the envelope.

        Nowhere below `least`.
        """
        levels = np.maximum(np.minimum(factor * self.values, self.most), least).astype(np.float32)
        return np.repeat(levels, self.piece)[:length]


def tone_of(smooth: Envelope) -> Tone:
    """Return the tone beneath the efforts of a 200 ms envelope."""
    step = tone_step(smooth)
    rate_hz = smooth.rate_hz / step
    coarse = np.maximum.reduceat(smooth.values, np.arange(0, len(smooth.values), step))
    reach = min(len(coarse), round(TONE_REACH_S * rate_hz))
    highest = ndimage.maximum_filter1d(coarse, max(1, round(TONE_PAUSE_S * rate_hz)), mode="nearest")
    # By the first of `reach` points; at the ends of the record the nearest whole stretch serves.
    quietest = ndimage.minimum_filter1d(highest, reach, origin=-(reach // 2))[: len(coarse) - reach + 1]
    here = np.arange(len(coarse))
    ahead, back = np.minimum(here, len(coarse) - reach), np.maximum(here - reach + 1, 0)
    most = TONE_MOST * ndimage.maximum_filter1d(coarse, 2 * reach + 1, mode="nearest")
    sides = [np.where(quietest[side] <= most, quietest[side], 0.0) for side in (ahead, back)]
    tone = np.sqrt(np.maximum(np.maximum(*sides) ** 2 - smooth.noise**2, 0.0))
    return Tone(tone, most, step)


def tone_step(smooth: Envelope) -> int:
    """Return how many points of the envelope share a value of the tone."""
    return max(1, round(smooth.rate_hz / TONE_RATE_HZ))
