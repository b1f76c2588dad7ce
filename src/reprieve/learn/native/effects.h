/* The effects: normal, integrated out; products with their covariance. */
#pragma once
#include "filter.h"

/* A cycle's own log half-loss time, in its prior's sds. */
INLINE vec own_time(const Scratch *s, int c) { return s->off_time[c] / s->sd[SD_CYCLE_HALF_LOSS]; }

/* Solve L x = b in place, for the effects. */
INLINE void forward(const Scratch *s, vec *x) {
    for (int i = 1; i <= s->k; i++) {
        const vec *l = s->chol + (size_t)i * s->m;
        vec v = x[i];
        for (int o = 1; o < i; o++) v -= l[o] * x[o];
        x[i] = v * l[i]; /* the diagonal holds its own inverse */
    }
}

/* Posterior of the effects; the log marginal likelihood, or NaN. */
INLINE void integrate(Scratch *s, vec log_sd, int count, int covariance) {
    int k = s->k, m = s->m;
    vec per = 1 / s->square, log_det = splat(0), det = splat(1), quad = splat(0), *l = s->chol, *u = s->shift;
    for (int i = 1; i <= k; i++) {
        for (int o = 1; o <= i; o++) {
            vec v = s->gram[(size_t)i * m + o] * per + (double)(i == o);
            for (int q = 1; q < o; q++) v -= l[(size_t)i * m + q] * l[(size_t)o * m + q];
            if (o < i) { l[(size_t)i * m + o] = v * l[(size_t)o * m + o]; continue; }
            det *= v;
            l[(size_t)i * m + i] = 1 / root_of(v);
        }
        if (i % 8 == 0) { log_det += log_of(det); det = splat(1); }
        u[i] = s->gram[(size_t)i * m] * per;
    }
    log_det += log_of(det);
    forward(s, u);
    for (int i = k; i >= 1; i--) {
        vec v = u[i];
        quad += v * v;
        for (int q = i + 1; q <= k; q++) v -= l[(size_t)q * m + i] * s->mean[q];
        s->mean[i] = v * l[(size_t)i * m + i];
    }
    s->log_likelihood = -0.5 * (s->gram[0] * per - quad + log_det + count * (LOG_2PI + log_of(s->square))) - log_sd;
    if (!covariance) return;
    vec *inverse = s->inverse; /* of L, row by column; then L^-T L^-1 */
    for (int i = 1; i <= k; i++) {
        vec *own = inverse + (size_t)i * m, scale = l[(size_t)i * m + i];
        for (int o = 1; o < i; o++) own[o] = splat(0);
        for (int q = 1; q < i; q++) {
            const vec *above = inverse + (size_t)q * m;
            vec v = l[(size_t)i * m + q] * scale;
            for (int o = 1; o <= q; o++) own[o] -= v * above[o];
        }
        own[i] = scale;
    }
    for (int i = 1; i <= k; i++)
        for (int o = 1; o <= i; o++) s->cov[(size_t)i * m + o] = splat(0);
    for (int q = 1; q <= k; q++) { /* in rows, so that what is read stands together */
        const vec *row = inverse + (size_t)q * m;
        for (int i = 1; i <= q; i++)
            for (int o = 1; o <= i; o++) s->cov[(size_t)i * m + o] += row[i] * row[o];
    }
    for (int i = 1; i <= k; i++)
        for (int o = 1; o < i; o++) s->cov[(size_t)o * m + i] = s->cov[(size_t)i * m + o];
}

/* Covariance times `x`, back or pull of the row at `at`; in `out`, from the cycle `low` on. Four sums at once, which need
 * no store until they are done. */
INLINE void times_covariance(const Scratch *s, size_t at, const vec *x, int low, vec *out) {
    int begun = s->begun, from = begun + 2 * s->low[at], to = begun + 2 * s->high[at], m = s->m;
    for (int part = 0; part < 2; part++) {
        int first = part ? begun + 2 * low : 1, end = part ? to : begun;
        for (int i = first; i < end; i += 4) { /* what is left of the last four is done twice */
            int b = i + 1 < end ? i + 1 : i, c = i + 2 < end ? i + 2 : i, d = i + 3 < end ? i + 3 : i;
            const vec *ra = s->cov + (size_t)i * m, *rb = s->cov + (size_t)b * m, *rc = s->cov + (size_t)c * m, *rd = s->cov + (size_t)d * m;
            vec va = splat(0), vb = splat(0), vc = splat(0), vd = splat(0);
            for (int o = 1; o < begun; o++) { va += ra[o] * x[o]; vb += rb[o] * x[o]; vc += rc[o] * x[o]; vd += rd[o] * x[o]; }
            for (int o = from; o < to; o++) { va += ra[o] * x[o]; vb += rb[o] * x[o]; vc += rc[o] * x[o]; vd += rd[o] * x[o]; }
            out[i] = va; out[b] = vb; out[c] = vc; out[d] = vd;
        }
    }
}

/* Product of two vectors of the effects, one of which belongs to the row at `at`. */
INLINE vec dot(const Scratch *s, size_t at, const vec *a, const vec *b) {
    int begun = s->begun, from = begun + 2 * s->low[at], to = begun + 2 * s->high[at];
    vec total = splat(0);
    for (int i = 1; i < begun; i++) total += a[i] * b[i];
    for (int i = from; i < to; i++) total += a[i] * b[i];
    return total;
}

INLINE vec product(const Scratch *s, const vec *a, const vec *b) {
    vec total = splat(0);
    for (int i = 1; i <= s->k; i++) total += a[i] * b[i];
    return total;
}

/* The sum of squares of what whitening leaves of the scores, on average over the effects. */
INLINE vec left_squares(const Scratch *s) {
    vec total = s->gram[0];
    for (int i = 1; i <= s->k; i++) {
        const vec *row = s->gram + (size_t)i * s->m, *cov = s->cov + (size_t)i * s->m;
        total += row[i] * (s->mean[i] * s->mean[i] + cov[i]) - 2 * s->mean[i] * row[0];
        for (int o = 1; o < i; o++) total += 2 * row[o] * (s->mean[i] * s->mean[o] + cov[o]);
    }
    return total;
}
