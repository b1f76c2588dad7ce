"""Use case: rank the muscles of a chart."""

from __future__ import annotations

import numpy as np

from reprieve.assess.ranking import Ranking, rank_muscles
from reprieve.record.chart import Chart
from reprieve.reference.assessment_weights import assessment_weights

# The same chart gives the same bytes.
SEED = 20261124


def assess_chart(chart: Chart) -> Ranking:
    """Return the muscles of `chart` by the probability that they take part, with the evidence for each.

    Parameters
    ----------
    chart : Chart
        The newest assessment that names postures is read, with each muscle's newest EMG and examination and the
        effects of earlier sessions.

    Returns
    -------
    Ranking
        Empty, with what to ask, when the chart says nothing about any muscle.

    Raises
    ------
    UnknownNameError
        If the chart names a muscle or posture that the reference data do not hold.
    """
    return rank_muscles(chart, assessment_weights(), np.random.default_rng(SEED))
