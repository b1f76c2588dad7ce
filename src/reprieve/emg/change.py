"""Before and after: the ratio of a figure with its interval, and the smallest change that is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from reprieve.emg.bootstrap import Estimate

Verdict = Literal["less", "more", "no_sure_change", "unknown"]

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Change:
    """The ratio after / before of one figure of one muscle.

    Attributes
    ----------
    ratio : float or None
        None when a figure is missing or 0.
    low, high : float or None
        95 % interval, from those of both figures, on the log scale.
    detectable_percent : float or None
        The minimal detectable change: a smaller fall than this would lie within the scatter of the two recordings.
        Between two days it is larger, by electrode and effort, than two recordings of one day can tell.
    verdict : str
        ``less`` or ``more`` only when the whole interval lies on one side of 1 and the change is detectable.
    """

    ratio: float | None
    low: float | None
    high: float | None
    detectable_percent: float | None
    verdict: Verdict


def change(before: Estimate | None, after: Estimate | None, *, retest_log_sd: float = 0.0) -> Change:
    """Return the change of a positive figure.

    Parameters
    ----------
    before, after : Estimate or None
        With their 95 % intervals.
    retest_log_sd : float
        Standard deviation, between days without treatment, of the log of the figure; 0 knows of none, and then the
        interval holds for the recordings, not for the days.

    Notes
    -----
    The standard error of each log figure is its log interval over 2 x 1.96; MDC95 = 1.96 sqrt(2) SEM [1]_ with SEM the
    root mean square of both, as a fall in percent: 100 (1 - exp(-1.96 sqrt(2) SEM)).

    References
    ----------
    .. [1] Weir 2005, J Strength Cond Res 19:231 (from memory): the minimal difference is 1.96 sqrt(2) SEM.
    """
    if before is None or after is None or not (before.value > 0 and after.value > 0):
        return Change(None, None, None, None, "unknown")
    ratio = after.value / before.value
    errors = _log_error(before), _log_error(after)
    if errors[0] is None or errors[1] is None:
        return Change(ratio, None, None, None, "unknown")
    variance = errors[0] ** 2 + errors[1] ** 2 + 2 * retest_log_sd**2
    reach = NORMAL_95 * float(np.sqrt(variance))
    low, high = ratio * float(np.exp(-reach)), ratio * float(np.exp(reach))
    verdict: Verdict = "less" if high < 1 else "more" if low > 1 else "no_sure_change"
    return Change(ratio, low, high, 100 * (1 - float(np.exp(-reach))), verdict)


def _log_error(figure: Estimate) -> float | None:
    if figure.low is None or figure.high is None or not figure.low > 0:
        return None
    return float(np.log(figure.high / figure.low)) / (2 * NORMAL_95)
