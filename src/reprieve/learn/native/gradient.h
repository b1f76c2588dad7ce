/* How the likelihood moves with each parameter. */
#pragma once
#include "effects.h"

/* Gradient of the log likelihood by Fisher's identity. */
INLINE void gradient(const Patient *p, Scratch *s, int count) {
    int m = s->m, first = s->first;
    const vec *theta = s->theta, *sd = s->sd, *mean = s->mean;
    vec *grad = s->grad, per = 1 / s->square, kappa = sd[KAPPA];
    memset(grad, 0, sizeof(vec) * (size_t)s->size);
    grad[SPREAD] = sd[SPREAD] * s->deviate * (left_squares(s) * per - (double)count);
    for (int ch = 0; ch < p->channels; ch++) {
        double owed = s->drawn ? 0 : p->owed[ch];
        grad[SPREAD] += sd[SPREAD] * s->deviate * owed;
        grad[COMMON + PER_CHANNEL * ch + SIGMA] = splat(owed);
        memset(s->filter[ch].product, 0, sizeof(vec) * m);
        s->filter[ch].pulled = s->filter[ch].rho = splat(0);
    }
    for (int c = 0; c < p->cycles && s->timed; c++)
        if (p->ratio[c] > 0) grad[SD_CYCLE_HALF_LOSS] += s->active * (own_time(s, c) * own_time(s, c) - 1);
    for (int j = p->n - 1; j >= 0; j--) {
        size_t at = (size_t)j + AT_ONCE;
        int ch = p->channel[j], wide = s->begun + 2 * p->started[j];
        const Channel *of = s->of + ch;
        Filter *later = s->filter + ch; /* what is known of the row after on this channel: back = its rho * its pull - pull */
        const vec *row = s->cols + at * m, *pull = s->pull + at * m, *back = s->back + at * m, *before = s->before + at * m;
        vec *gch = grad + COMMON + PER_CHANNEL * ch, *gl = s->tmp, *by_back = s->shift;
        vec pulled = pull[0] - dot(s, at, pull, mean), fresh = s->innovation[at], rho = s->rho[at], ahead = s->predicted[at] - fresh;
        times_covariance(s, at, pull, s->under[at], gl);
        vec square = (pulled * pulled + dot(s, at, gl, pull)) * per;
        vec carried = before[0] - dot(s, at, before, mean), by_carried = dot(s, at, gl, before);
        gch[SD_DRIFT] += fresh * (square - s->pull_variance[at]);
        /* what is left of the drift before, smoothed: before - ahead * pull; its product with the fresh drift */
        vec both = (pulled * carried + by_carried) * per - ahead * square;
        vec tau = rho * rho * of->drift * (s->pull_variance[at] - square) - both - ahead * s->pull_variance[at];
        gch[DRIFT_TIME] += s->apart[at] * tau;
        vec q = (later->rho * later->pulled - pulled) * per;
        const int end = s->begun + 2 * s->high[at];
        for (int i = 1; i < end; i = i + 1 == s->begun ? s->begun + 2 * s->under[at] : i + 1) {
            by_back[i] = later->rho * later->product[i] - gl[i];
            later->product[i] = gl[i];
        }
        later->pulled = pulled; later->rho = rho;
        if (p->weight[j] <= 0) continue;
        double tilt = p->tilt[j];
        vec f = tilt * of->factor, base = tilt * of->base;
        vec q2 = q * q + dot(s, at, by_back, back) * per * per;
        gl = by_back;
        for (int i = 1; i < wide; i = i + 1 == s->begun ? s->begun + 2 * s->low[at] : i + 1) gl[i] = q * mean[i] - gl[i] * per;
        gch[SIGMA] += s->noise[at] * (s->square * q2 - s->diagonal[at]);
        vec reach = s->reach[at], placebo = s->placebo[at], treat = -f * (s->effect[at] + theta[PLACEBO] * placebo) * q;
        gch[MEAN_BASELINE] += tilt * p->reference[ch] * q;
        vec level = splat(0), level_slope = splat(0);
        for (int i = 0; i <= ch; i++) {
            level += baseline_part(s, ch, i) * gl[1 + i];
            level_slope += (i < ch ? s->of[i].given_slope : s->of[i].own_slope) * gl[1 + i];
        }
        vec left = base * (1 - theta[COUPLING] * reach - theta[COUPLING_PLACEBO] * placebo);
        gch[SD_BASELINE] += left * level;
        grad[SHARED_BASELINE] += left * level_slope * s->shared_slope;
        grad[COUPLING] -= base * reach * level;
        grad[COUPLING_PLACEBO] -= base * placebo * level;
        grad[SD_AMPLITUDE] += row[first] * gl[first];
        grad[SD_PLACEBO] += row[first + 1] * gl[first + 1];
        grad[SD_SLOPE] += row[first + 2] * gl[first + 2];
        grad[SD_EARLY] += row[first + 3] * gl[first + 3];
        grad[PLACEBO] -= f * placebo * q;
        vec by_placebo = -f * theta[PLACEBO] * q - base * theta[COUPLING_PLACEBO] * level - f * sd[SD_PLACEBO] * gl[first + 1];
        grad[PLACEBO_DECAY] += by_placebo * s->placebo_slope[at];
        treat += row[first] * gl[first] + row[first + 1] * gl[first + 1] + row[first + 3] * gl[first + 3];
        for (int o = 0; o < p->others; o++)
            treat += row[first + OWN + o] * gl[first + OWN + o] - f * (p->other_mean[o] * p->other[(size_t)j * p->others + o]) * q;
        vec to_response = -base * theta[COUPLING] * level - f * sd[SD_AMPLITUDE] * gl[first];
        for (int c = 0; c < p->started[j]; c++) {
            size_t i = at * p->cycles + c;
            vec lost = s->lost[i], by_lost = f * q;
            grad[AFTER] += by_lost * lost;
            grad[AFTER_DOSE] += by_lost * lost * p->log_ratio[c];
            double ebb = p->ebb[(size_t)j * p->cycles + c];
            vec g = s->g[i], slope = s->slope[i], late = by_lost * s->after[c] * lost * s->rise[i];
            if (!any((bits)(g > 0.0))) { grad[ONSET] += late; continue; }
            int ca = s->begun + 2 * c, ch_ = ca + 1;
            grad[SD_CYCLE_AMPLITUDE] += row[ca] * gl[ca];
            grad[SD_CYCLE_HALF_LOSS] += row[ch_] * gl[ch_];
            treat += row[ca] * gl[ca] + row[ch_] * gl[ch_];
            vec dg = -f * s->amplitude[c] * q + to_response - f * sd[SD_CYCLE_AMPLITUDE] * gl[ca];
            vec by_time = s->timed ? splat(0) : f * (p->off_time[c] * q - sd[SD_CYCLE_HALF_LOSS] * gl[ch_]), ds = by_time * moved_by_time(p, s, j, c);
            vec da = -f * g * q, moved = dg - by_lost * s->after[c] * ebb;
            grad[AFTER] += by_time * slope * ebb;
            grad[AFTER_DOSE] += by_time * slope * ebb * p->log_ratio[c];
            vec dt = moved * slope - ds * s->bend[i];
            vec *gp = grad + COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->product[c];
            double ratio = p->ratio[c];
            vec amount = theta[COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->product[c] + AMPLITUDE];
            grad[STEEPNESS] += -moved * s->turn[i] + ds * (slope + s->twist[i]);
            grad[ONSET] += (dg * g + ds * slope) * s->rise[i] + late;
            gp[HALF_LOSS] += dt;
            grad[DURATION] += dt * p->log_ratio[c];
            grad[SD_HALF_LOSS] += dt * sd[SD_HALF_LOSS] * s->half_loss;
            gp[AMPLITUDE] += da * s->dose[c];
            grad[KAPPA] += da * amount * ratio * kappa * (ratio - 1) / ((ratio + kappa) * (ratio + kappa));
        }
        gch[EFFECT] += treat;
    }
}
