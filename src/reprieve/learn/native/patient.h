/* One patient as Python gives it, and the room that a group of nodes works in. */
#pragma once
#include "lanes.h"

enum { COUPLING, SD_AMPLITUDE, KAPPA, DURATION, SD_HALF_LOSS, ONSET, STEEPNESS, PLACEBO, COUPLING_PLACEBO, SD_PLACEBO,
       PLACEBO_DECAY, SPREAD, SD_CYCLE_AMPLITUDE, SD_CYCLE_HALF_LOSS, SD_SLOPE, NON_RESPONSE, SD_EARLY, AFTER,
       AFTER_DOSE, SHARED_BASELINE, COMMON };
enum { MEAN_BASELINE, SD_BASELINE, SD_DRIFT, DRIFT_TIME, SIGMA, EFFECT, PER_CHANNEL };
enum { AMPLITUDE, HALF_LOSS, PER_PRODUCT };
enum { AT_ONCE = 4, OWN = 4, TOLD = 8 }; /* rows summed at once; effects that are no scale's, no cycle's; numbers told of a place */

#define EARLY_WEEKS 2.0 /* peak of a patient's own course of the first weeks */
#define AFTER_WEEKS 26.0 /* decay of what follows an effect that is gone */

typedef struct { /* the first 28 as Python gives them */
    int n, cycles, channels, products, family, others;
    const double *week, *points;    /* (n) */
    double *score, *tilt, *weight;  /* (n): score = tilt * level + drift + error; weight 0: a place to predict, not a score */
    double *odd;                /* (n): chance that the score is odd, given all others */
    const double *turn;         /* (n): with the node's own draw it says whether the score is odd there, see native/odd.h */
    const int *channel;         /* (n) */
    const double *start, *ratio, *with_placebo; /* (cycles) */
    const int *product;                         /* (cycles) */
    double *off_time, *lifted, *blur; /* (cycles), (channels, cycles), (cycles): own log half-loss time, whole effect and the spread of the time
                                       * where the curve is made linear */
    double *owed; /* (channels): what the likelihood owes by the log of the error's sd, see native/odd.h */
    const double *reference, *lowest, *highest;  /* (channels): in points; infinite without ends */
    const double *other, *other_mean, *other_sd; /* (n, others): courses of other treatments; (others): their priors */
    double *log_since, *ebb, *rise, *early, *log_ratio; /* (n, cycles) three times, (n), (cycles): no parameter changes them */
    int *started;                                       /* (n): cycles that have begun */
} Patient;

typedef struct { /* exponentials of a channel's parameters, in points */
    vec mean, base, factor, drift, noise, rate; /* drift and noise are variances; rate: one over the drift's time */
    vec drift_free, noise_free;                 /* slopes of the bends that hold a patient's drift and noise up, see native/search.h */
    vec own, given, own_slope, given_slope;     /* root of the baselines' correlation: of this channel's effect in its own
                                                 * baseline and in every later one's, and slopes by the correlation */
} Channel;

typedef struct { /* where the filter of one channel is */
    vec variance, rho, pulled, *state, *product; /* (m) twice; product: covariance times the pull of the row after */
    double last, gap;
    int seen, over, under, ahead; /* cycles of which nothing is left, and at the row before; cycles that later rows know of */
} Filter;

typedef struct { /* scratch for one group of nodes */
    int *low, *high;          /* (AT_ONCE + n): cycles that back and pull of a row hold anything of */
    int *under;               /* (AT_ONCE + n): `low` of the row before on the same channel */
    int k, m, size, first, begun, kept; /* columns of the response and of the first cycle; rows from `kept` on stay, others pass through */
    vec *theta, sd[COMMON];     /* (size); exponentials of the common parameters */
    Channel *of;                /* (channels) */
    Filter *filter;             /* (channels) */
    vec *cols, *white, *before, *back, *pull;             /* (AT_ONCE + n, m) */
    vec *g, *slope, *bend, *turn, *twist, *rise, *lost;   /* (AT_ONCE + n, cycles) */
    vec *reach, *placebo, *placebo_slope, *effect;        /* (AT_ONCE + n) */
    vec *gain, *root, *rho, *apart, *predicted, *noise, *innovation, *diagonal, *pull_variance; /* (AT_ONCE + n) */
    vec *wide;                                            /* (n): variance of a row's error beside the usual */
    vec *off_time, *amplitude, *log_time, *dose, *after, *stretch, *shrink; /* (cycles) */
    vec *gram, *chol, *inverse, *cov;                        /* (m, m) */
    vec *mean, *shift, *tmp, *grad;                          /* (m), and (size) */
    int drawn, timed; /* whether odd scores are drawn, by `draw`, or have the error that stands for both; whether cycles' own
                       * times are given, in `off_time`, or are effects, made linear */
    vec draw, half_loss, deviate, active, spread, square, log_likelihood, per_onset, per_decay, shared_slope;
} Scratch;

static int columns(const Patient *p) { return p->channels + OWN + p->others + 2 * p->cycles; }

static int parameters(const Patient *p) { return COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->products; }

static size_t scratch_size(const Patient *p) {
    size_t n = (size_t)p->n + AT_ONCE, m = (size_t)columns(p) + 1, c = (size_t)p->cycles, s = (size_t)parameters(p);
    size_t channels = (size_t)p->channels * (2 * m + (sizeof(Channel) + sizeof(Filter)) / sizeof(vec) + 2);
    return 5 * n * m + 7 * n * c + 14 * n + 7 * c + 4 * m * m + 3 * m + 2 * s + channels;
}

static vec *take(vec **at, size_t count) { vec *place = *at; *at += count; return place; }

static void lay_out(Scratch *s, vec *at, const Patient *p) {
    size_t n = (size_t)p->n + AT_ONCE, m = (size_t)columns(p) + 1, c = (size_t)p->cycles, k = (size_t)p->channels;
    s->k = (int)m - 1; s->m = (int)m; s->size = parameters(p); s->first = 1 + p->channels;
    s->begun = s->first + OWN + p->others;
    vec **many[] = {&s->cols, &s->white, &s->before, &s->back, &s->pull};
    for (size_t i = 0; i < 5; i++) *many[i] = take(&at, n * m);
    vec **by_cycle[] = {&s->g, &s->slope, &s->bend, &s->turn, &s->twist, &s->rise, &s->lost};
    for (size_t i = 0; i < 7; i++) *by_cycle[i] = take(&at, n * c);
    vec **by_row[] = {&s->reach, &s->placebo, &s->placebo_slope, &s->effect, &s->gain, &s->root, &s->rho, &s->apart,
                      &s->predicted, &s->noise, &s->innovation, &s->diagonal, &s->pull_variance};
    for (size_t i = 0; i < 13; i++) *by_row[i] = take(&at, n);
    s->wide = take(&at, n);
    vec **of_cycle[] = {&s->off_time, &s->amplitude, &s->log_time, &s->dose, &s->after, &s->stretch, &s->shrink};
    for (size_t i = 0; i < 7; i++) *of_cycle[i] = take(&at, c);
    vec **square[] = {&s->gram, &s->chol, &s->inverse, &s->cov};
    for (size_t i = 0; i < 4; i++) *square[i] = take(&at, m * m);
    s->mean = take(&at, m); s->shift = take(&at, m); s->tmp = take(&at, m);
    s->theta = take(&at, (size_t)s->size); s->grad = take(&at, (size_t)s->size);
    s->of = (Channel *)take(&at, k * sizeof(Channel) / sizeof(vec));
    vec *states = take(&at, 2 * k * m);
    s->filter = (Filter *)at;
    for (size_t i = 0; i < k; i++) { s->filter[i].state = states + 2 * i * m; s->filter[i].product = s->filter[i].state + m; }
}

/* Times since each injection, and the courses that hang on nothing else. */
static void courses(Patient *p) {
    for (int c = 0; c < p->cycles; c++) p->log_ratio[c] = p->ratio[c] > 0 ? log(p->ratio[c]) : 0;
    for (int j = 0; j < p->n; j++) {
        p->early[j] = 0;
        p->started[j] = 0;
        for (int c = 0; c < p->cycles; c++) {
            double since = p->week[j] - p->start[c], v = since / EARLY_WEEKS, old = since / AFTER_WEEKS;
            size_t i = (size_t)j * p->cycles + c;
            if (!(since > 0)) continue;
            p->started[j] = c + 1;
            p->log_since[i] = log(since);
            p->ebb[i] = exp(-old * old);
            p->rise[i] = -expm1(-since);
            v *= v;
            if (v < 40) p->early[j] += v * exp(1 - v);
        }
    }
}
