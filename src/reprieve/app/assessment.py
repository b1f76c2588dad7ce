"""Use case: rank the muscles of a chart, with the angles of today's examination if there are any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date  # a field may be called date
from typing import Literal

import numpy as np

from reprieve.assess.joint_angles import JointAngles, named_postures, questions_of
from reprieve.assess.ranking import Ranking, rank_muscles
from reprieve.core.errors import DocumentError
from reprieve.emg.movement import head_angles
from reprieve.record.chart import Assessment, Chart
from reprieve.reference.assessment_weights import assessment_weights

# The same chart gives the same bytes.
SEED = 20261124


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientations:
    """Orientation quaternions, scalar first, of sensors on trunk and head; `neutral_...` in the neutral pose."""

    trunk: tuple[float, float, float, float]
    head: tuple[float, float, float, float]
    neutral_trunk: tuple[float, float, float, float] | None = None
    neutral_head: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredAngles:
    """Angles as a file gives them: by motion, from a pair of sensors, or both.

    `angles_deg` are degrees by motion (``neck_upper.rotation_left``, ``head.tilt_right``, ``elbow.flexion``, ...).
    """

    date: Date
    angles_deg: dict[str, float] | None = None
    side: Literal["left", "right"] | None = None
    orientations: Orientations | None = None

    def joint_angles(self) -> JointAngles:
        """Return the angles; those of the sensors are the head's against the trunk.

        Raises
        ------
        DocumentError
            If there is none, a motion is unknown, or an orientation is none.
        """
        told = dict(self.angles_deg or {})
        if self.orientations is not None:
            told |= _of_sensors(self.orientations)
        if not told:
            raise DocumentError("no angle is given; give angles_deg or orientations")
        return JointAngles(angles_deg=told, side=self.side)


def assess_chart(chart: Chart, *, measured: MeasuredAngles | None = None) -> Ranking:
    """Return the muscles of `chart` by the probability that they take part, with the evidence for each.

    Parameters
    ----------
    chart : Chart
        The newest assessment that names postures is read, with each muscle's newest EMG and examination and the
        effects of earlier sessions.
    measured : MeasuredAngles, optional
        An examination by angles: its postures are named and read as the newest assessment, its angles by mechanics.

    Returns
    -------
    Ranking
        Empty, with what to ask, when the chart says nothing about any muscle.

    Raises
    ------
    UnknownNameError
        If the chart names a muscle or posture that the reference data do not hold.
    DocumentError
        If an angle is none.
    """
    angles = measured.joint_angles() if measured is not None else None
    if measured is not None and angles is not None:
        seen = Assessment(date=measured.date, postures=named_postures(angles))
        chart = replace(chart, assessments=(*chart.assessments, seen))
    ranking = rank_muscles(chart, assessment_weights(), np.random.default_rng(SEED), angles)
    return ranking if angles is None else replace(ranking, ask=(*questions_of(angles), *ranking.ask))


def _of_sensors(told: Orientations) -> dict[str, float]:
    neutral = None
    if told.neutral_trunk is not None and told.neutral_head is not None:
        neutral = (told.neutral_trunk, told.neutral_head)
    elif told.neutral_trunk is not None or told.neutral_head is not None:
        has, lacks = ("trunk", "head") if told.neutral_head is None else ("head", "trunk")
        raise DocumentError(
            f"orientations: neutral_{has} stands without neutral_{lacks}; give both of the neutral pose, or neither"
        )
    try:
        angles = head_angles([told.trunk], [told.head], neutral=neutral)
    except ValueError as error:
        raise DocumentError(f"orientations: {error}") from None
    found = {
        "head.rotation_left": float(angles.rotation_left_deg[0]),
        "head.tilt_right": float(angles.tilt_right_deg[0]),
        "head.extension": float(angles.extension_deg[0]),
    }
    if any(angle != angle for angle in found.values()):
        raise DocumentError("orientations: the angles cannot be told apart at this tilt; measure nearer to upright")
    return found
