/* Between the level that effects add up in and the points of a scale that has ends; see learn/bounds.py. */
#pragma once
#include "lanes.h"

#define LEAST_SHARE 0.02 /* of a scale: nearer to an end nothing is made linear, and no reference is taken */
#define LEAST_REFERENCE 0.1
#define LEAST_SD 1e-6 /* of a level */

typedef struct {
    double reference, lowest, width, odds, unit; /* width 0: the scale has no ends */
} Scale;

static Scale scale_of(double reference, double lowest, double highest) {
    Scale of = {reference, lowest, highest - lowest, 0, 1};
    if (!isfinite(of.width) || !(reference > lowest) || !(reference < highest)) { of.width = 0; return of; }
    double share = fmin(fmax((reference - lowest) / of.width, 1e-6), 1 - 1e-6), middling = fmin(fmax(share, LEAST_REFERENCE), 1 - LEAST_REFERENCE);
    of.odds = log(share / (1 - share)); of.unit = of.width * middling * (1 - middling);
    return of;
}

static double to_points(const Scale *of, double level) {
    if (of->width == 0) return level;
    return of->lowest + of->width / (1 + exp(fmin(fmax(-of->odds - (level - of->reference) / of->unit, -700), 700)));
}

/* Make a score linear in the level, by the line that touches the curve at the level `fitted`. */
static void straighten(const Scale *of, double points, double fitted, double *score, double *tilt) {
    if (of->width == 0) { *score = points; *tilt = 1; return; }
    double far = log((1 - LEAST_SHARE) / LEAST_SHARE), own = fmin(fmax(of->odds + (fitted - of->reference) / of->unit, -far), far);
    double share = 1 / (1 + exp(-own));
    *tilt = of->width * share * (1 - share) / of->unit;
    *score = points - of->lowest - of->width * share + *tilt * (of->reference + (own - of->odds) * of->unit);
}

/* Mean and variance in points of a normal level (Gauss-Hermite, three points) and its drift, in the first two places of
 * what was told of a place. */
static void in_points(const Scale *of, double *told) {
    double sd = fmax(sqrt(fmax(told[1], 0)), LEAST_SD), middle = to_points(of, told[0]);
    double up = to_points(of, told[0] + ROOT_3 * sd), down = to_points(of, told[0] - ROOT_3 * sd), mean = middle * (2.0 / 3) + (up + down) / 6;
    double slope = (up - down) / (2 * ROOT_3 * sd); /* of the points by the level, on average: with the level's variance, their covariance */
    told[1] = (middle - mean) * (middle - mean) * (2.0 / 3) + ((up - mean) * (up - mean) + (down - mean) * (down - mean)) / 6;
    told[1] += told[3] + 2 * slope * told[4];
    told[0] = mean + told[2];
}
