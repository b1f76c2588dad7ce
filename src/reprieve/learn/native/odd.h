/* The error of a single score: normal, but in one of fifty, normal and four times as wide; see learn/odd_scores.py. */
#pragma once
#include "lanes.h"

#define ODD_SHARE 0.02
#define ODD_WIDTH 4.0

#define GOLDEN 0.6180339887498949 /* how far the turn of a score moves from node to node */
#define LEAST_CHANCE 1e-6

/* The precision of the normal error that stands for both, beside the usual; what the likelihood then owes, by the log of
 * the error's standard deviation; and the chance that the score is odd. `away` from what all other scores let expect, whose variance is `ahead`. */
INLINE void normal_error(vec away, vec ahead, vec usual, vec *weight, vec *owed, vec *chance) {
    vec narrow = 1 / (ahead + usual), wide = 1 / (ahead + ODD_WIDTH * ODD_WIDTH * usual), square = away * away;
    vec far = 0.5 * square * (narrow - wide);
    far = choose((bits)(far > 600.0), splat(600), far);
    vec odds = ODD_SHARE / (1 - ODD_SHARE) * root_of(wide / narrow) * exp_of(far), odd = odds / (1 + odds);
    vec precision = (1 - odd) * narrow + odd * wide, error = 1 / precision - ahead;
    vec told = (1 - odd) * usual * (square * narrow - 1) * narrow;
    told += odd * (ODD_WIDTH * ODD_WIDTH) * usual * (square * wide - 1) * wide;
    *weight = usual / error;
    *chance = choose((bits)(odd > 1 - LEAST_CHANCE), splat(1 - LEAST_CHANCE), above(odd, LEAST_CHANCE));
    *owed = told - error * (square * precision - 1) * precision;
}
