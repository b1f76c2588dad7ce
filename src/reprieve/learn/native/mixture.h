/* Mixtures of normal distributions and their quantiles; see learn/mixture.py. */
#pragma once
#include "lanes.h"

/* The standard normal distribution function and density (Hart 1968, algorithm 5666, as given by West 2005). */
INLINE void normal_of(vec z, vec *below, vec *density) {
    vec a = magnitude(z), e = exp_of(-0.5 * z * z), up = splat(3.52624965998911e-2), down = splat(8.83883476483184e-2);
    up = up * a + 0.700383064443688; up = up * a + 6.37396220353165; up = up * a + 33.912866078383;
    up = up * a + 112.079291497871; up = up * a + 221.213596169931; up = up * a + 220.206867912376;
    down = down * a + 1.75566716318264; down = down * a + 16.064177579207; down = down * a + 86.7807322029461;
    down = down * a + 296.564248779674; down = down * a + 637.333633378831; down = down * a + 793.826512519948;
    down = down * a + 440.413735824752;
    vec tail = e * up / down;
    *density = e * 0.39894228040143268;
    *below = choose((bits)(z > 0.0), 1 - tail, tail);
}

/* Distribution function and density of a mixture at `x`. */
BY_PROCESSOR static double mixture_at(int count, const vec *weight, const vec *mean, const vec *per_sd, double x, double *density) {
    vec total = splat(0), slope = splat(0), below, d;
    for (int i = 0; i < count; i++) {
        normal_of((x - mean[i]) * per_sd[i], &below, &d);
        total += weight[i] * below; slope += weight[i] * per_sd[i] * d;
    }
    *density = (slope[0] + slope[1]) + (slope[2] + slope[3]);
    return (total[0] + total[1]) + (total[2] + total[3]);
}

/* Quantiles of one mixture, as `quantiles` of learn/mixture.py finds them: the distribution function on a grid around the
 * mean, inverted by interpolation, polished by two Newton steps. `below` has room for the grid. */
static void invert(int groups, const vec *w, const vec *centre, const vec *per_sd, double middle, double wide, int grid,
                   double reach, int levels, const double *level, double *below, double *out) {
    double step = 2 * reach * wide / (grid - 1), first = middle - reach * wide, most = 0.2 * wide, density;
    for (int i = 0; i < grid; i++) below[i] = mixture_at(groups, w, centre, per_sd, first + i * step, &density);
    for (int q = 0; q < levels; q++) {
        int i = 0;
        while (i < grid - 2 && below[i + 1] < level[q]) i++;
        double share = below[i + 1] > below[i] ? (level[q] - below[i]) / (below[i + 1] - below[i]) : 0;
        double x = first + (i + (share < 0 ? 0 : share > 1 ? 1 : share)) * step;
        for (int turn = 0; turn < 2; turn++) {
            double change = mixture_at(groups, w, centre, per_sd, x, &density) - level[q];
            change /= density > 1e-12 ? density : 1e-12;
            x -= change > most ? most : change < -most ? -most : change;
        }
        out[q] = x;
    }
}
