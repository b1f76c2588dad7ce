/* Mean and loadings of each row: shapes of the cycles, baselines, placebo response, slope. */
#pragma once
#include "patient.h"

#define GONE 11.5 /* h log(t/T) beyond which nothing of the effect is left (1e-5) */

/* What the parameters of a group of nodes give before any row is looked at. */
INLINE void parameters_of(const Patient *p, Scratch *s) {
    const vec *theta = s->theta;
    static const int logs[] = {SD_AMPLITUDE, KAPPA, SD_HALF_LOSS, ONSET, STEEPNESS, SD_PLACEBO, PLACEBO_DECAY, SPREAD,
                               SD_CYCLE_AMPLITUDE, SD_CYCLE_HALF_LOSS, SD_SLOPE, SD_EARLY};
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) s->sd[logs[i]] = exp_of(theta[logs[i]]);
    s->spread = exp_of(s->sd[SPREAD] * s->deviate);
    s->square = s->spread * s->spread;
    vec shared = 1 / (1 + exp_of(-theta[SHARED_BASELINE])), known = splat(0), known_slope = splat(0);
    s->shared_slope = shared * (1 - shared);
    for (int ch = 0; ch < p->channels; ch++) {
        const vec *t = theta + COMMON + PER_CHANNEL * ch;
        double r = p->reference[ch];
        Channel *of = s->of + ch;
        of->mean = r * t[MEAN_BASELINE]; of->base = r * exp_of(t[SD_BASELINE]); of->factor = r * exp_of(t[EFFECT]);
        of->own = root_of(1 - known); of->given = (shared - known) / of->own;
        of->own_slope = -0.5 * known_slope / of->own; of->given_slope = (1 - known_slope - of->given * of->own_slope) / of->own;
        known += of->given * of->given; known_slope += 2 * of->given * of->given_slope;
        of->drift = r * r * exp_of(2 * t[SD_DRIFT]); of->noise = r * r * exp_of(2 * t[SIGMA]); of->rate = exp_of(-t[DRIFT_TIME]);
    }
    for (int c = 0; c < p->cycles; c++) {
        double q = p->ratio[c], log_q = p->log_ratio[c];
        const vec *product = theta + COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->product[c];
        vec active = q > 0 ? s->active : splat(0);
        if (!s->timed) s->off_time[c] = splat(p->off_time[c]);
        s->dose[c] = active * q * (1 + s->sd[KAPPA]) / (q + s->sd[KAPPA]);
        s->amplitude[c] = product[AMPLITUDE] * s->dose[c];
        s->after[c] = active * (theta[AFTER] + theta[AFTER_DOSE] * log_q);
        s->log_time[c] = product[HALF_LOSS] + theta[DURATION] * log_q + s->sd[SD_HALF_LOSS] * s->half_loss + s->off_time[c];
        s->stretch[c] = exp_of((p->family == 0 ? 1 : 0.5) * s->sd[STEEPNESS] * ROOT_3 * p->blur[c]);
        s->shrink[c] = 1 / s->stretch[c];
    }
    s->per_onset = 1 / (s->sd[ONSET] * s->sd[ONSET]); s->per_decay = 1 / s->sd[PLACEBO_DECAY];
}

typedef struct { /* of one cycle at one row: its shape, the slope in log half-loss time, and for the gradient slopes of that */
    vec g, slope, bend, turn, twist;
} Course;

/* The waning of what has risen to `u`, a mean over `many` places of the cycle's own time (Gauss-Hermite, three points, or
 * the middle alone). `lx` is the log of time over half-loss time, `x` its power. */
INLINE Course waning(const Patient *p, const Scratch *s, int c, vec lx, vec x, vec u, int many, int steep) {
    static const double place[] = {0, ROOT_3, -ROOT_3}, masses[] = {2.0 / 3, 1.0 / 6, 1.0 / 6};
    vec h = s->sd[STEEPNESS], eta = p->family == 0 ? h : 0.5 * h, at[3] = {x, x * s->stretch[c], x * s->shrink[c]}, left[3];
    Course w = {splat(0), splat(0), splat(0), splat(0), splat(0)};
    if (p->family == 0 && many == 3) { /* three quotients by one division */
        vec a = 1 + at[0], b = 1 + at[1], d = 1 + at[2], bd = b * d, all = 1 / (a * bd);
        left[0] = bd * all; left[1] = a * d * all; left[2] = a * b * all;
    } else {
        for (int i = 0; i < many; i++) left[i] = p->family == 0 ? 1 / (1 + at[i]) : exp_of(-M_LN2 * at[i]);
    }
    for (int i = 0; i < many; i++) {
        double mass = many == 1 ? 1 : masses[i];
        vec here = mass * u * left[i], share = p->family == 0 ? at[i] * left[i] : M_LN2 * at[i], steeper = here * eta * share;
        w.g += here; w.slope += steeper;
        if (!steep) continue;
        vec log_x = lx + place[i] * p->blur[c], curve = eta * (1 - (p->family == 0 ? 2 * share : share));
        w.bend += steeper * curve; w.turn += steeper * log_x; w.twist += steeper * log_x * curve;
    }
    return w;
}

/* What a cycle's own time moves at row j, where it is made linear: the whole effect on that scale, and what it leaves behind. */
INLINE vec moved_by_time(const Patient *p, const Scratch *s, int j, int c) {
    if (s->timed) return splat(0);
    double lifted = p->ratio[c] > 0 ? p->lifted[(size_t)p->channel[j] * p->cycles + c] : 0;
    return s->active * lifted + s->after[c] * p->ebb[(size_t)j * p->cycles + c];
}

/* Course of each cycle at row j, kept at `at`; with `steep` also what the gradient needs. */
INLINE void shapes(const Patient *p, Scratch *s, int j, size_t at, int over, int steep) {
    double limit = p->family == 0 ? GONE : 4.0;
    vec eta = p->family == 0 ? s->sd[STEEPNESS] : 0.5 * s->sd[STEEPNESS], reach = splat(0), effect = splat(0);
    vec placebo = splat(0), placebo_slope = splat(0);
    for (int c = 0; c < p->started[j]; c++) {
        double since = p->week[j] - p->start[c];
        size_t i = at * p->cycles + c, old = (size_t)j * p->cycles + c;
        if (p->with_placebo[c] > 0) {
            vec w = since * s->per_decay;
            vec course = (vec)((bits)(p->rise[old] * exp_of(-w)) & (bits)(w < 60.0));
            placebo += course; placebo_slope += course * w;
        }
        bits dosed = (bits)(s->dose[c] > 0.0);
        if (c < over || !any(dosed)) {
            vec lost = choose(dosed, splat(p->ebb[old]), splat(0));
            s->g[i] = s->slope[i] = s->rise[i] = splat(0);
            s->lost[i] = lost;
            effect -= s->after[c] * lost;
            continue;
        }
        vec v = since * since * s->per_onset, u = splat(1), rise = splat(0);
        if (any((bits)(v < 40.0))) {
            vec ev = exp_of(-v);
            u = choose((bits)(v < 1e-6), v, 1 - ev);
            if (steep) rise = choose((bits)(u > 0.0), -2 * v * ev / above(u, 1e-300), splat(-2));
        }
        vec lx = p->log_since[old] - s->log_time[c], y = eta * lx;
        bits live = (bits)(y < limit) & dosed;
        Course w = {splat(0), splat(0), splat(0), splat(0), splat(0)};
        if (any(live)) {
            vec x = exp_of(y);
            w = p->blur[c] > 0 && !s->timed ? waning(p, s, c, lx, x, u, 3, steep) : waning(p, s, c, lx, x, u, 1, steep);
            w.g = (vec)((bits)w.g & live); w.slope = (vec)((bits)w.slope & live);
        }
        if (steep) {
            s->bend[i] = (vec)((bits)w.bend & live); s->turn[i] = (vec)((bits)w.turn & live);
            s->twist[i] = (vec)((bits)w.twist & live); s->rise[i] = rise;
        }
        vec lost = s->active * (u - w.g) * p->ebb[old];
        s->g[i] = w.g; s->slope[i] = w.slope; s->lost[i] = lost;
        reach += w.g;
        effect += s->amplitude[c] * w.g - moved_by_time(p, s, j, c) * w.slope * p->off_time[c] - s->after[c] * lost;
    }
    s->reach[at] = reach; s->effect[at] = effect; s->placebo[at] = placebo; s->placebo_slope[at] = placebo_slope;
}

/* How much of the effect of channel `i` is in the baseline of channel `ch`. */
INLINE vec baseline_part(const Scratch *s, int ch, int i) { return i < ch ? s->of[i].given : i == ch ? s->of[i].own : splat(0); }

/* Loadings and residual of row j, at `at`; returns how many columns have begun. */
INLINE int design(const Patient *p, Scratch *s, int j, size_t at, int over, int steep) {
    shapes(p, s, j, at, over, steep);
    int ch = p->channel[j], first = s->first, wide = s->begun + 2 * p->started[j];
    const Channel *of = s->of + ch;
    double tilt = p->weight[j] > 0 ? p->tilt[j] : 1, score = p->weight[j] > 0 ? p->score[j] : 0;
    vec *row = s->cols + at * s->m, reach = s->reach[at], placebo = s->placebo[at], f = tilt * of->factor;
    row[0] = score - (tilt * of->mean - f * (s->effect[at] + s->theta[PLACEBO] * placebo));
    vec level = tilt * of->base * (1 - s->theta[COUPLING] * reach - s->theta[COUPLING_PLACEBO] * placebo);
    for (int i = 0; i < p->channels; i++) row[1 + i] = baseline_part(s, ch, i) * level;
    row[first] = -f * s->sd[SD_AMPLITUDE] * reach;
    row[first + 1] = -f * s->sd[SD_PLACEBO] * placebo;
    row[first + 2] = tilt * p->reference[ch] * s->sd[SD_SLOPE] * (p->week[j] / 52.0);
    row[first + 3] = -f * s->sd[SD_EARLY] * p->early[j];
    for (int o = 0; o < p->others; o++) {
        double x = p->other[(size_t)j * p->others + o];
        row[0] += f * (p->other_mean[o] * x);
        row[first + OWN + o] = -f * (p->other_sd[o] * x);
    }
    for (int c = over; c < p->started[j]; c++) {
        size_t i = at * p->cycles + c;
        row[s->begun + 2 * c] = -f * s->sd[SD_CYCLE_AMPLITUDE] * s->g[i];
        row[s->begun + 1 + 2 * c] = -f * s->sd[SD_CYCLE_HALF_LOSS] * moved_by_time(p, s, j, c) * s->slope[i];
    }
    return wide;
}
