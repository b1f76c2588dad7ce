"""Floor 4: from posture, EMG, examination and history to a ranking of muscles; rating scales."""

from reprieve.assess.evidence import Evidence, NextMeasurement, PostureUsed, Question, RankedMuscle
from reprieve.assess.ranking import Ranking, rank_muscles

__all__ = ["Evidence", "NextMeasurement", "PostureUsed", "Question", "RankedMuscle", "Ranking", "rank_muscles"]
