/* A group of nodes: what they tell of places and of each score's error, their likelihood. */
#pragma once
#include "gradient.h"
#include "odd.h"

/* What the model predicts at the rows of weight 0, in their order, `TOLD` numbers each: centre and variance of the level;
 * centre and variance of the drift, and the covariance of both; error variance; the gain by treatment: centre and
 * variance. */
INLINE void predict(const Patient *p, const Scratch *s, vec *out) {
    int k = s->k, m = s->m, first = s->first;
    vec *direction = s->tmp, *drifting = s->shift;
    for (int j = 0; j < p->n; j++) {
        if (p->weight[j] > 0) continue;
        size_t at = (size_t)j + AT_ONCE;
        int ch = p->channel[j];
        const Channel *of = s->of + ch;
        const vec *row = s->cols + at * m, *before = s->before + at * m, *pull = s->pull + at * m;
        vec ahead = s->predicted[at];
        for (int i = 1; i <= k; i++) { direction[i] = row[i]; drifting[i] = ahead * pull[i] - before[i]; }
        /* a place has no score: its residual column is minus the mean */
        out[0] = -row[0] + product(s, direction, s->mean);
        out[2] = before[0] - ahead * pull[0] + product(s, drifting, s->mean);
        forward(s, direction);
        forward(s, drifting);
        out[1] = product(s, direction, direction);
        out[3] = product(s, drifting, drifting) + s->square * (ahead - ahead * ahead * s->pull_variance[at]);
        out[4] = product(s, direction, drifting);
        out[5] = s->square * s->noise[at];
        for (int i = 1; i <= k; i++) direction[i] = i < first || (i >= first + 2 && i < s->begun) ? splat(0) : -row[i];
        vec lost = of->base * (s->theta[COUPLING] * s->reach[at] + s->theta[COUPLING_PLACEBO] * s->placebo[at]);
        for (int i = 0; i <= ch; i++) direction[1 + i] = baseline_part(s, ch, i) * lost;
        out[6] = of->factor * (s->effect[at] + s->theta[PLACEBO] * s->placebo[at]) + product(s, direction, s->mean);
        forward(s, direction);
        out[7] = product(s, direction, direction);
        out += TOLD;
    }
}

/* The variance of each row's error, beside the usual one. Returns what that adds to the log likelihood: where odd scores
 * are drawn, their chances over those they are drawn with; else what the errors that stand for both owe. */
INLINE vec error_variances(const Patient *p, Scratch *s) {
    vec more = splat(0), ratio = splat(1);
    for (int j = 0, seen = 0; j < p->n; j++) {
        s->wide[j] = splat(1);
        if (p->weight[j] <= 0) continue;
        if (!s->drawn) { s->wide[j] = splat(1 / p->weight[j]); continue; }
        const double shift = 6755399441055744.0; /* adding it rounds to a whole number */
        vec turn = s->draw * GOLDEN + p->turn[j], whole = (turn - 0.5 + shift) - shift;
        bits odd = (bits)(turn - whole < p->odd[j]);
        s->wide[j] = choose(odd, splat(ODD_WIDTH * ODD_WIDTH), splat(1));
        ratio *= choose(odd, splat(ODD_SHARE / p->odd[j]), splat((1 - ODD_SHARE) / (1 - p->odd[j])));
        if (++seen % 8 == 0) { more += log_of(ratio); ratio = splat(1); }
    }
    for (int ch = 0; ch < p->channels && !s->drawn; ch++)
        more += p->owed[ch] * (s->theta[COMMON + PER_CHANNEL * ch + SIGMA] + s->sd[SPREAD] * s->deviate);
    return more + log_of(ratio);
}

/* Log density of the cycles' own times that are given, without what no parameter changes. */
INLINE vec times_density(const Patient *p, const Scratch *s) {
    vec total = splat(0);
    for (int c = 0; c < p->cycles && s->timed; c++)
        if (p->ratio[c] > 0) total -= s->active * (0.5 * own_time(s, c) * own_time(s, c) + s->theta[SD_CYCLE_HALF_LOSS]);
    return total;
}

/* How many numbers `errors` tells. */
static size_t told_of_errors(const Patient *p) { return 3 * (size_t)p->n + (size_t)p->channels + 1; }

/* The precision of each row's error, the chance that it is odd, and the level there, one after another in `out`; then
 * what the precisions owe by channel, and the misfit: what drift and errors are, squared, in the patient's own variances.
 * 0 for places to predict. */
INLINE void errors(const Patient *p, const Scratch *s, vec *out) {
    vec *weight = out, *chance = weight + p->n, *fitted = chance + p->n, *owed = fitted + p->n;
    for (int ch = 0; ch < p->channels; ch++) owed[ch] = splat(0);
    owed[p->channels] = left_squares(s) / s->square;
    for (int j = 0; j < p->n; j++) {
        size_t at = (size_t)j + AT_ONCE;
        const vec *back = s->back + at * s->m, *row = s->cols + at * s->m;
        weight[j] = chance[j] = fitted[j] = splat(0);
        if (p->weight[j] <= 0) continue;
        vec q = back[0] - dot(s, at, back, s->mean), away = row[0], more;
        for (int i = 1; i < s->begun + 2 * p->started[j]; i++) away -= row[i] * s->mean[i];
        fitted[j] = (p->score[j] - away) / p->tilt[j];
        times_covariance(s, at, back, s->low[at], s->tmp);
        vec variance = s->square * s->square / (s->square * s->diagonal[at] - dot(s, at, back, s->tmp)); /* of the score, given all others */
        normal_error(q * variance / s->square, variance - s->square * s->noise[at], s->square * s->of[p->channel[j]].noise, weight + j, &more, chance + j);
        owed[p->channel[j]] += more;
    }
}

enum { COVARIANCE = 1, TARGETS = 2, GRADIENT = 4, ERRORS = 8 };

/* One group of nodes: theta, half_loss, deviate and active of the scratch are set. */
BY_PROCESSOR static void evaluate(const Patient *p, Scratch *s, int count, int wants, vec *targets, vec *told) {
    parameters_of(p, s);
    vec more = error_variances(p, s) + times_density(p, s);
    vec log_sd = wants & GRADIENT ? gather(p, s, 1) : gather(p, s, 0);
    integrate(s, log_sd, count, wants & (COVARIANCE | GRADIENT | ERRORS));
    s->log_likelihood += more;
    if (wants & (TARGETS | GRADIENT | ERRORS)) unwhiten(p, s);
    if (wants & TARGETS) predict(p, s, targets);
    if (wants & ERRORS) errors(p, s, told);
    if (wants & GRADIENT) gradient(p, s, count);
}

static int seen_rows(const Patient *p) {
    int count = 0;
    for (int j = 0; j < p->n; j++) count += p->weight[j] > 0;
    return count;
}

/* Bytes for one patient: scratch, `more` vecs, and what belongs to the patient. */
static size_t room_of(const Patient *p, size_t more) {
    size_t cells = (size_t)p->n * p->cycles;
    return sizeof(vec) * (scratch_size(p) + more + 1) + sizeof(double) * (3 * cells + p->n + p->cycles) +
           sizeof(int) * (4 * (size_t)p->n + 3 * AT_ONCE);
}

/* Lay one patient out in `memory`: scratch first, at a multiple of 32 bytes; then `more` vecs; then what belongs to the
 * patient. */
static void settle_in(Patient *p, Scratch *s, int wants, size_t more, char *memory, vec **extra) {
    size_t vecs = scratch_size(p) + more, cells = (size_t)p->n * p->cycles;
    vec *at = aligned(memory);
    lay_out(s, at, p);
    *extra = at + scratch_size(p);
    p->log_since = (double *)(at + vecs); p->ebb = p->log_since + cells; p->rise = p->ebb + cells; p->early = p->rise + cells;
    p->log_ratio = p->early + p->n; p->started = (int *)(p->log_ratio + p->cycles);
    s->low = p->started + p->n; s->high = s->low + p->n + AT_ONCE; s->under = s->high + p->n + AT_ONCE;
    s->kept = wants & (GRADIENT | ERRORS) ? 0 : p->n;
    for (int j = p->n - 1; j >= 0 && wants & TARGETS; j--)
        if (p->weight[j] <= 0 && j < s->kept) s->kept = j;
    courses(p);
}

static void *open_patient(Patient *p, Scratch *s, int wants, size_t more, vec **extra) {
    char *memory = malloc(room_of(p, more));
    if (memory) settle_in(p, s, wants, more, memory, extra);
    return memory;
}
