/* Between the level that effects add up in and the points of a scale that has ends; see learn/bounds.py. */
#pragma once
#include "lanes.h"

#define LEAST_SHARE 0.02 /* of a scale: nearer to an end nothing is made linear, and no reference is taken */
#define LEAST_REFERENCE 0.1

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

/* Take a score as a level, by a line laid on at the level `fitted`. */
static void as_level(const Scale *of, double points, double fitted, double *score, double *tilt) {
    if (of->width == 0) { *score = points; *tilt = 1; return; }
    double far = log((1 - LEAST_SHARE) / LEAST_SHARE), own = fmin(fmax(of->odds + (fitted - of->reference) / of->unit, -far), far);
    double share = 1 / (1 + exp(-own));
    *tilt = of->width * share * (1 - share) / of->unit;
    *score = of->reference + (own - of->odds) * of->unit + (points - of->lowest - of->width * share) / *tilt;
}

/* Mean and variance in points of a level that is normal (Gauss-Hermite, three points), in place. */
static void in_points(const Scale *of, double *told) {
    double sd = sqrt(told[1] > 0 ? told[1] : 0), middle = to_points(of, told[0]);
    double up = to_points(of, told[0] + ROOT_3 * sd), down = to_points(of, told[0] - ROOT_3 * sd), mean = middle * (2.0 / 3) + (up + down) / 6;
    told[1] = (middle - mean) * (middle - mean) * (2.0 / 3) + ((up - mean) * (up - mean) + (down - mean) * (down - mean)) / 6;
    told[0] = mean;
}
