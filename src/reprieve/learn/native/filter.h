/* Drift and noise taken out of every column by a Kalman filter, and its transpose. */
#pragma once
#include "design.h"

#define NOTHING 1e-14
#define FORGOTTEN 1e-9 /* of a later row in an earlier one */

/* One step of the Kalman filter of drift plus noise, for every column of row j. */
INLINE void whiten(const Patient *p, Scratch *s, int j, size_t at, int wide, vec *size, int keep) {
    Filter *f = s->filter + p->channel[j];
    const Channel *of = s->of + p->channel[j];
    int m = s->m, begun = s->begun, cycles = begun + 2 * f->over;
    vec *row = s->cols + at * m, *white = s->white + at * m, *before = s->before + at * m, *state = f->state;
    double gap = p->week[j] - f->last;
    if (f->seen && gap != f->gap) { f->rho = exp_of(-(gap * of->rate)); f->gap = gap; } /* weekly entries need one exponential */
    vec apart = f->seen ? gap * of->rate : splat(0), rho = f->seen ? f->rho : splat(0), fresh = of->drift * (1 - rho * rho);
    vec predicted = f->variance * rho * rho + fresh;
    s->under[at] = f->seen ? f->under : f->over; s->low[at] = f->under = f->over;
    f->seen = 1; f->last = p->week[j];
    s->rho[at] = rho; s->apart[at] = apart; s->predicted[at] = predicted; s->innovation[at] = fresh;
    if (p->weight[j] > 0) {
        vec noise = of->noise * s->wide[j], variance = predicted + noise, precision = 1 / variance;
        vec root = root_of(precision), gain = predicted * precision;
        for (int part = 0; part < 2; part++) {
            int from = part ? cycles : 0, to = part ? wide : begun;
            for (int i = from; i < to; i++) {
                vec e = state[i] * rho, d = row[i] - e;
                if (keep) before[i] = e;
                white[i] = d * root;
                state[i] = e + gain * d;
            }
        }
        s->root[at] = root; s->gain[at] = gain; s->noise[at] = noise;
        f->variance = (1 - gain) * predicted;
        *size *= variance;
    } else {
        for (int i = 0; i < wide; i++) {
            state[i] *= rho;
            if (keep) { before[i] = state[i]; white[i] = splat(0); }
        }
        s->root[at] = s->gain[at] = splat(0); s->noise[at] = of->noise;
        f->variance = predicted;
    }
    while (f->over < p->started[j]) { /* a cycle of which neither row nor state holds anything costs no more */
        const int c = begun + 2 * f->over;
        if (any((bits)(magnitude(row[c]) + magnitude(row[c + 1]) > 0.0))) break;
        if (any((bits)(magnitude(state[c]) + magnitude(state[c + 1]) > NOTHING))) break;
        state[c] = state[c + 1] = splat(0);
        f->over++;
    }
}

/* Add whitened rows to the sum of products; four at once are one load and store of the sum for four products. */
INLINE void add_rows(Scratch *s, vec *const *rows, int count, int over, int wide) {
    int begun = s->begun, cycles = begun + 2 * over;
    for (int i = 0; i < wide; i = i + 1 == begun ? cycles : i + 1) {
        vec *sum = s->gram + (size_t)i * s->m;
        for (int part = 0; part < 2; part++) { /* columns that are always there, then those of live cycles */
            int from = part ? cycles : 0, to = part || i < begun ? i + 1 : begun;
            if (count == AT_ONCE) {
                const vec *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
                vec ai = a[i], bi = b[i], ci = c[i], di = d[i];
                for (int o = from; o < to; o++) sum[o] += (ai * a[o] + bi * b[o]) + (ci * c[o] + di * d[o]);
            } else {
                for (int r = 0; r < count; r++)
                    for (int o = from; o < to; o++) sum[o] += rows[r][i] * rows[r][o];
            }
            if (i < begun) break;
        }
    }
}

/* Run over the rows: design, filter, sum of products. Returns the sum of the log sds of the filter. */
INLINE vec gather(const Patient *p, Scratch *s, int steep) {
    int m = s->m, pending = 0, over = 0, wide = 0, seen = 0, begun = s->begun;
    vec log_sd = splat(0), size = splat(1), *rows[AT_ONCE];
    memset(s->gram, 0, sizeof(vec) * (size_t)m * m);
    memset(s->white, 0, sizeof(vec) * (size_t)m * AT_ONCE);
    for (int ch = 0; ch < p->channels; ch++) {
        Filter *f = s->filter + ch;
        memset(f->state, 0, sizeof(vec) * m);
        f->variance = s->of[ch].drift; f->last = 0; f->gap = -1; f->seen = 0; f->over = 0;
    }
    for (int j = 0; j < p->n; j++) {
        int keep = j >= s->kept, own = s->filter[p->channel[j]].over;
        size_t at = keep ? (size_t)j + AT_ONCE : (size_t)pending;
        vec *white = s->white + at * m;
        if (!pending) {
            over = own;
            for (int ch = 0; ch < p->channels; ch++) over = s->filter[ch].over < over ? s->filter[ch].over : over;
        }
        wide = design(p, s, j, at, own, steep);
        for (int i = begun + 2 * over; i < begun + 2 * own; i++) white[i] = splat(0);
        if (keep)
            for (int i = begun; i < m; i++)
                if (i < begun + 2 * own || i >= wide) white[i] = s->cols[at * m + i] = s->before[at * m + i] = splat(0);
        whiten(p, s, j, at, wide, &size, keep);
        if (p->weight[j] <= 0) continue;
        rows[pending++] = white;
        if (++seen % 8 == 0) { log_sd += 0.5 * log_of(size); size = splat(1); }
        if (pending == AT_ONCE) { add_rows(s, rows, pending, over, wide); pending = 0; }
    }
    add_rows(s, rows, pending, over, wide);
    return log_sd + 0.5 * log_of(size);
}

/* Transpose of the whitening, down to the first row that was kept: back = Sigma^-1 cols; pull = minus the smoother's
 * vector of each row. */
INLINE void unwhiten(const Patient *p, Scratch *s) {
    int m = s->m;
    for (int ch = 0; ch < p->channels; ch++) {
        memset(s->filter[ch].state, 0, sizeof(vec) * m);
        s->filter[ch].variance = splat(0);
        s->filter[ch].ahead = 0;
    }
    for (int j = p->n - 1; j >= s->kept; j--) {
        size_t at = (size_t)j + AT_ONCE;
        Filter *f = s->filter + p->channel[j];
        if (p->started[j] > f->ahead) f->ahead = p->started[j];
        int begun = s->begun, from = begun + 2 * s->low[at], to = begun + 2 * f->ahead;
        vec *white = s->white + at * m, *back = s->back + at * m, *pull = s->pull + at * m, *adjoint = f->state;
        vec gain = s->gain[at], root = s->root[at], rho = s->rho[at], left = 1 - gain;
        for (int part = 0; part < 2; part++)
            for (int i = part ? from : 0; i < (part ? to : begun); i++) {
                vec e = white[i] * root;
                back[i] = gain * adjoint[i] + e;
                pull[i] = left * adjoint[i] - e;
                adjoint[i] = rho * pull[i];
            }
        for (int i = begun; i < m; i++)
            if (i < from || i >= to) back[i] = pull[i] = splat(0);
        s->high[at] = f->ahead;
        while (f->ahead > p->started[j]) { /* a later cycle that this row hardly knows of: earlier ones do not */
            vec *last = adjoint + begun + 2 * (f->ahead - 1);
            if (any((bits)(magnitude(last[0]) + magnitude(last[1]) > FORGOTTEN))) break;
            last[0] = last[1] = splat(0);
            f->ahead--;
        }
        s->diagonal[at] = root * root + gain * gain * f->variance;
        s->pull_variance[at] = root * root + left * left * f->variance;
        f->variance = rho * rho * s->pull_variance[at];
    }
}
