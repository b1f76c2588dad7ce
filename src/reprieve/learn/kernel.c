/* The response model for one patient at many nodes: design, whitening, Gaussian integration, gradient; mode; quantiles.
 *
 * The same mathematics in NumPy is learn/numpy_kernel.py; tests keep both together. C11, no Python headers, loaded with
 * ctypes; no global state, so several threads may call it. Four nodes are worked on at once, one in each lane of `vec`
 * (a vector type of GCC and Clang, which become four, two or one instruction by the machine).
 *
 * score = mean + loadings . effects + drift + noise; effects are standard normal and integrated out exactly.
 * Columns: the residual, one baseline for each channel, response, placebo response, slope, first weeks, one for each
 * other treatment, then for each cycle response, half-loss. Python sees the effects only, without the residual.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef REPRIEVE_DIGEST
#define REPRIEVE_DIGEST ""
#endif

/* One copy for processors with 256-bit instructions and one for all others, chosen when the library is loaded. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define BY_PROCESSOR __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define BY_PROCESSOR
#endif
#define INLINE static inline __attribute__((always_inline))

enum { COUPLING, SD_AMPLITUDE, KAPPA, DURATION, SD_HALF_LOSS, ONSET, STEEPNESS, PLACEBO, COUPLING_PLACEBO, SD_PLACEBO,
       PLACEBO_DECAY, SPREAD, SD_CYCLE_AMPLITUDE, SD_CYCLE_HALF_LOSS, SD_SLOPE, NON_RESPONSE, SD_EARLY, AFTER,
       AFTER_DOSE, SHARED_BASELINE, COMMON };
enum { MEAN_BASELINE, SD_BASELINE, SD_DRIFT, DRIFT_TIME, SIGMA, EFFECT, PER_CHANNEL };
enum { AMPLITUDE, HALF_LOSS, PER_PRODUCT };
enum { LANES = 4, AT_ONCE = 4, OWN = 4 }; /* nodes in a vec; rows summed at once; effects that are no scale's, no cycle's */

#define NOTHING 1e-14
#define FORGOTTEN 1e-9 /* of a later row in an earlier one */
#define GONE 11.5 /* h log(t/T) beyond which nothing of the effect is left (1e-5) */
#define EARLY_WEEKS 2.0 /* peak of a patient's own course of the first weeks */
#define AFTER_WEEKS 26.0 /* decay of what follows an effect that is gone */
#define ODD_SHARE 0.02 /* of errors ODD_WIDTH times as wide, as in learn/quadrature.py; and how far a round moves where curves are linear */
#define ODD_WIDTH 4.0
#define LINEAR_AROUND 0.7
#define LEAST_SHARE 0.02 /* of a scale: nearer to an end nothing is made linear, and no reference is taken, as in learn/bounds.py */
#define LEAST_REFERENCE 0.1
#define NARROWEST 1e-6 /* variance, where the prior's is 1, that a root is taken of */
#define PROBE 1e-3 /* how far beside its place a search looks */
#define LEAST_CURVATURE 0.5 /* of what a search learns from, beside the prior's */
#define ROOT_3 1.7320508075688772
#define LOG_2PI 1.8378770664093454836

typedef double vec __attribute__((vector_size(32)));
typedef int64_t bits __attribute__((vector_size(32)));

INLINE vec splat(double x) { return (vec){x, x, x, x}; }
INLINE vec choose(bits where, vec a, vec b) { return (vec)((where & (bits)a) | (~where & (bits)b)); }
INLINE int any(bits where) { return (where[0] | where[1] | where[2] | where[3]) != 0; }
INLINE vec above(vec a, double b) { return choose((bits)(a > b), a, splat(b)); }
INLINE vec magnitude(vec a) { return (vec)((bits)a & INT64_MAX); }
INLINE vec root_of(vec a) { return (vec){sqrt(a[0]), sqrt(a[1]), sqrt(a[2]), sqrt(a[3])}; }
INLINE vec log_of(vec a) { return (vec){log(a[0]), log(a[1]), log(a[2]), log(a[3])}; }

/* Exponential within 2 units of the last place; its argument is held between -700 and 700. */
INLINE vec exp_of(vec x) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to a whole number */
    x = above(x, -700.0);
    x = choose((bits)(x > 700.0), splat(700.0), x);
    vec n = x * 1.4426950408889634 + shift;
    bits whole = (bits)n << 52;
    n -= shift;
    vec r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10, r2 = r * r, r4 = r2 * r2;
    /* Taylor's series to the 13th power, in pairs: short chains, so that the next one can begin */
    vec low = (1 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    vec middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    vec high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    vec p = low + r4 * (middle + r4 * (high + r4 * (1.0 / 479001600 + r * (1.0 / 6227020800.0))));
    return (vec)((bits)p + whole) + (x - x); /* what is no number stays none */
}

typedef struct { /* the first 25 as Python gives them */
    int n, cycles, channels, products, family, others;
    const double *week, *points;    /* (n) */
    double *score, *tilt, *weight;  /* (n): as levels, by lines of this slope; weight 0: a place to predict, not a score */
    const int *channel;         /* (n) */
    const double *start, *ratio, *with_placebo; /* (cycles) */
    const int *product;                         /* (cycles) */
    double *off_time, *lifted, *blur; /* (cycles), (channels, cycles), (cycles): own log half-loss time, whole effect and the spread of the time
                                       * where the curve is made linear */
    const double *reference, *lowest, *highest;  /* (channels): in points; infinite without ends */
    const double *other, *other_mean, *other_sd; /* (n, others): courses of other treatments; (others): their priors */
    double *log_since, *ebb, *rise, *early, *log_ratio; /* (n, cycles) three times, (n), (cycles): no parameter changes them */
    int *started;                                       /* (n): cycles that have begun */
} Patient;

typedef struct { /* exponentials of a channel's parameters, in points */
    vec mean, base, factor, drift, noise, rate; /* drift and noise are variances; rate: one over the drift's time */
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
    vec *amplitude, *log_time, *dose, *after, *stretch, *shrink; /* (cycles) */
    vec *gram, *chol, *inverse, *cov;                        /* (m, m) */
    vec *mean, *shift, *tmp, *grad;                          /* (m), and (size) */
    vec half_loss, deviate, active, spread, square, log_likelihood, per_onset, per_decay, shared_slope;
} Scratch;


static int columns(const Patient *p) { return p->channels + OWN + p->others + 2 * p->cycles; }

static int parameters(const Patient *p) { return COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->products; }

static size_t scratch_size(const Patient *p) {
    size_t n = (size_t)p->n + AT_ONCE, m = (size_t)columns(p) + 1, c = (size_t)p->cycles, s = (size_t)parameters(p);
    size_t channels = (size_t)p->channels * (2 * m + (sizeof(Channel) + sizeof(Filter)) / sizeof(vec) + 2);
    return 5 * n * m + 7 * n * c + 13 * n + 6 * c + 4 * m * m + 3 * m + 2 * s + channels;
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
    vec **of_cycle[] = {&s->amplitude, &s->log_time, &s->dose, &s->after, &s->stretch, &s->shrink};
    for (size_t i = 0; i < 6; i++) *of_cycle[i] = take(&at, c);
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
        s->dose[c] = active * q * (1 + s->sd[KAPPA]) / (q + s->sd[KAPPA]);
        s->amplitude[c] = product[AMPLITUDE] * s->dose[c];
        s->after[c] = active * (theta[AFTER] + theta[AFTER_DOSE] * log_q);
        s->log_time[c] = product[HALF_LOSS] + theta[DURATION] * log_q + s->sd[SD_HALF_LOSS] * s->half_loss + p->off_time[c];
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

/* What a cycle's own time moves at row j: the whole effect on that scale, and what it leaves behind. */
INLINE vec moved_by_time(const Patient *p, const Scratch *s, int j, int c) {
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
            w = p->blur[c] > 0 ? waning(p, s, c, lx, x, u, 3, steep) : waning(p, s, c, lx, x, u, 1, steep);
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
    vec *row = s->cols + at * s->m, reach = s->reach[at], placebo = s->placebo[at], f = of->factor;
    row[0] = (p->weight[j] > 0 ? p->score[j] : 0) - (of->mean - f * (s->effect[at] + s->theta[PLACEBO] * placebo));
    vec level = of->base * (1 - s->theta[COUPLING] * reach - s->theta[COUPLING_PLACEBO] * placebo);
    for (int i = 0; i < p->channels; i++) row[1 + i] = baseline_part(s, ch, i) * level;
    row[first] = -f * s->sd[SD_AMPLITUDE] * reach;
    row[first + 1] = -f * s->sd[SD_PLACEBO] * placebo;
    row[first + 2] = p->reference[ch] * s->sd[SD_SLOPE] * (p->week[j] / 52.0);
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
        vec noise = of->noise * (1 / p->weight[j]), variance = predicted + noise, precision = 1 / variance;
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

/* Gradient of the log likelihood by Fisher's identity. */
INLINE void gradient(const Patient *p, Scratch *s, int count) {
    int k = s->k, m = s->m, first = s->first;
    const vec *theta = s->theta, *sd = s->sd, *mean = s->mean;
    vec *grad = s->grad, per = 1 / s->square, kappa = sd[KAPPA], sum_squares = s->gram[0];
    memset(grad, 0, sizeof(vec) * (size_t)s->size);
    for (int i = 1; i <= k; i++) {
        const vec *row = s->gram + (size_t)i * m, *cov = s->cov + (size_t)i * m;
        sum_squares += row[i] * (mean[i] * mean[i] + cov[i]) - 2 * mean[i] * row[0];
        for (int o = 1; o < i; o++) sum_squares += 2 * row[o] * (mean[i] * mean[o] + cov[o]);
    }
    grad[SPREAD] = sd[SPREAD] * s->deviate * (sum_squares * per - (double)count);
    for (int ch = 0; ch < p->channels; ch++) {
        memset(s->filter[ch].product, 0, sizeof(vec) * m);
        s->filter[ch].pulled = s->filter[ch].rho = splat(0);
    }
    for (int j = p->n - 1; j >= 0; j--) {
        size_t at = (size_t)j + AT_ONCE;
        int ch = p->channel[j], wide = s->begun + 2 * p->started[j];
        const Channel *of = s->of + ch;
        Filter *later = s->filter + ch; /* what is known of the row after on this channel: back = its rho * its pull - pull */
        const vec *row = s->cols + at * m, *pull = s->pull + at * m, *back = s->back + at * m, *before = s->before + at * m;
        vec *gch = grad + COMMON + PER_CHANNEL * ch, *gl = s->tmp, *by_back = s->shift, f = of->factor;
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
        vec q2 = q * q + dot(s, at, by_back, back) * per * per;
        gl = by_back;
        for (int i = 1; i < wide; i = i + 1 == s->begun ? s->begun + 2 * s->low[at] : i + 1) gl[i] = q * mean[i] - gl[i] * per;
        gch[SIGMA] += s->noise[at] * (s->square * q2 - s->diagonal[at]);
        vec reach = s->reach[at], placebo = s->placebo[at], treat = -f * (s->effect[at] + theta[PLACEBO] * placebo) * q;
        gch[MEAN_BASELINE] += p->reference[ch] * q;
        vec level = splat(0), level_slope = splat(0);
        for (int i = 0; i <= ch; i++) {
            level += baseline_part(s, ch, i) * gl[1 + i];
            level_slope += (i < ch ? s->of[i].given_slope : s->of[i].own_slope) * gl[1 + i];
        }
        vec left = of->base * (1 - theta[COUPLING] * reach - theta[COUPLING_PLACEBO] * placebo);
        gch[SD_BASELINE] += left * level;
        grad[SHARED_BASELINE] += left * level_slope * s->shared_slope;
        grad[COUPLING] -= of->base * reach * level;
        grad[COUPLING_PLACEBO] -= of->base * placebo * level;
        grad[SD_AMPLITUDE] += row[first] * gl[first];
        grad[SD_PLACEBO] += row[first + 1] * gl[first + 1];
        grad[SD_SLOPE] += row[first + 2] * gl[first + 2];
        grad[SD_EARLY] += row[first + 3] * gl[first + 3];
        grad[PLACEBO] -= f * placebo * q;
        vec by_placebo = -f * theta[PLACEBO] * q - of->base * theta[COUPLING_PLACEBO] * level - f * sd[SD_PLACEBO] * gl[first + 1];
        grad[PLACEBO_DECAY] += by_placebo * s->placebo_slope[at];
        treat += row[first] * gl[first] + row[first + 1] * gl[first + 1] + row[first + 3] * gl[first + 3];
        for (int o = 0; o < p->others; o++)
            treat += row[first + OWN + o] * gl[first + OWN + o] - f * (p->other_mean[o] * p->other[(size_t)j * p->others + o]) * q;
        vec to_response = -of->base * theta[COUPLING] * level - f * sd[SD_AMPLITUDE] * gl[first];
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
            vec by_time = f * (p->off_time[c] * q - sd[SD_CYCLE_HALF_LOSS] * gl[ch_]), ds = by_time * moved_by_time(p, s, j, c);
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

/* What the model predicts at the rows of weight 0, in their order: score's centre, variance of the state, error
 * variance; and the gain by treatment: centre and variance. */
INLINE void predict(const Patient *p, const Scratch *s, vec *out) {
    int k = s->k, m = s->m, first = s->first;
    vec *direction = s->tmp;
    for (int j = 0; j < p->n; j++) {
        if (p->weight[j] > 0) continue;
        size_t at = (size_t)j + AT_ONCE;
        int ch = p->channel[j];
        const Channel *of = s->of + ch;
        const vec *row = s->cols + at * m, *before = s->before + at * m, *pull = s->pull + at * m;
        vec ahead = s->predicted[at];
        for (int i = 1; i <= k; i++) direction[i] = row[i] - (before[i] - ahead * pull[i]);
        /* a place has no score: its residual column is minus the mean */
        out[0] = -row[0] + before[0] - ahead * pull[0] + product(s, direction, s->mean);
        forward(s, direction);
        out[1] = product(s, direction, direction) + s->square * (ahead - ahead * ahead * s->pull_variance[at]);
        out[2] = s->square * s->noise[at];
        for (int i = 1; i <= k; i++) direction[i] = i < first || (i >= first + 2 && i < s->begun) ? splat(0) : -row[i];
        vec lost = of->base * (s->theta[COUPLING] * s->reach[at] + s->theta[COUPLING_PLACEBO] * s->placebo[at]);
        for (int i = 0; i <= ch; i++) direction[1 + i] = baseline_part(s, ch, i) * lost;
        out[3] = of->factor * (s->effect[at] + s->theta[PLACEBO] * s->placebo[at]) + product(s, direction, s->mean);
        forward(s, direction);
        out[4] = product(s, direction, direction);
        out += 5;
    }
}

/* Expected square of each row's error beside its usual variance, and the level there but for drift; 0 for places to
 * predict. */
INLINE void surprise(const Patient *p, const Scratch *s, vec *out, vec *fitted) {
    for (int j = 0; j < p->n; j++) {
        size_t at = (size_t)j + AT_ONCE;
        const vec *back = s->back + at * s->m;
        vec noise = s->noise[at], q = back[0] - dot(s, at, back, s->mean);
        out[j] = fitted[j] = splat(0);
        if (p->weight[j] <= 0) continue;
        const vec *row = s->cols + at * s->m;
        vec away = row[0];
        for (int i = 1; i < s->begun + 2 * p->started[j]; i++) away -= row[i] * s->mean[i];
        fitted[j] = p->score[j] - away;
        times_covariance(s, at, back, s->low[at], s->tmp);
        vec variance = s->square * (noise - noise * noise * s->diagonal[at]) + noise * noise * dot(s, at, back, s->tmp);
        out[j] = p->tilt[j] * p->tilt[j] * (noise * noise * q * q + variance) / (s->square * s->of[p->channel[j]].noise);
    }
}

enum { COVARIANCE = 1, TARGETS = 2, GRADIENT = 4, SURPRISE = 8 };

/* One group of nodes: theta, half_loss, deviate and active of the scratch are set. */
BY_PROCESSOR static void evaluate(const Patient *p, Scratch *s, int count, int wants, vec *targets, vec *surprises, vec *fitted) {
    parameters_of(p, s);
    vec log_sd = wants & GRADIENT ? gather(p, s, 1) : gather(p, s, 0);
    integrate(s, log_sd, count, wants & (COVARIANCE | GRADIENT | SURPRISE));
    if (wants & (TARGETS | GRADIENT | SURPRISE)) unwhiten(p, s);
    if (wants & TARGETS) predict(p, s, targets);
    if (wants & SURPRISE) surprise(p, s, surprises, fitted);
    if (wants & GRADIENT) gradient(p, s, count);
}

static int seen_rows(const Patient *p) {
    int count = 0;
    for (int j = 0; j < p->n; j++) count += p->weight[j] > 0;
    return count;
}

/* Memory for one patient: scratch first, at a multiple of 32 bytes; then `more` vecs; then what belongs to the patient. */
static void *open_patient(Patient *p, Scratch *s, int wants, size_t more, vec **extra) {
    size_t vecs = scratch_size(p) + more, cells = (size_t)p->n * p->cycles;
    char *memory = malloc(sizeof(vec) * (vecs + 1) + sizeof(double) * (3 * cells + p->n + p->cycles) +
                          sizeof(int) * (4 * (size_t)p->n + 3 * AT_ONCE));
    if (!memory) return NULL;
    vec *at = (vec *)(memory + (32 - (uintptr_t)memory % 32) % 32);
    lay_out(s, at, p);
    *extra = at + scratch_size(p);
    p->log_since = (double *)(at + vecs); p->ebb = p->log_since + cells; p->rise = p->ebb + cells; p->early = p->rise + cells;
    p->log_ratio = p->early + p->n; p->started = (int *)(p->log_ratio + p->cycles);
    s->low = p->started + p->n; s->high = s->low + p->n + AT_ONCE; s->under = s->high + p->n + AT_ONCE;
    s->kept = wants & (GRADIENT | SURPRISE) ? 0 : p->n;
    for (int j = p->n - 1; j >= 0 && wants & TARGETS; j--)
        if (p->weight[j] <= 0 && j < s->kept) s->kept = j;
    courses(p);
    return memory;
}

/* SHA-256 of the source this library was built from; the loader takes no other. */
const char *reprieve_digest(void) { return REPRIEVE_DIGEST; }

/* Evaluate `nodes` nodes; optional outputs may be NULL. Returns 0, or 1 without memory. */
int reprieve_nodes(const Patient *given, int nodes, const double *theta, const double *half_loss, const double *deviate,
                   const int *responds, double *log_likelihood, double *mean, double *covariance, double *targets,
                   double *grad, double *surprises, double *fitted) {
    Patient p = *given;
    Scratch s;
    vec *out;
    int n = p.n, count = seen_rows(&p), places = n - count, size = parameters(&p);
    int wants = (covariance ? COVARIANCE : 0) | (targets && places ? TARGETS : 0) | (grad ? GRADIENT : 0) | (surprises ? SURPRISE : 0);
    void *memory = open_patient(&p, &s, wants, 2 * (size_t)n + 5 * (size_t)places, &out);
    if (!memory) return 1;
    vec *levels = out + n, *told = levels + n;
    for (int from = 0; from < nodes; from += LANES) {
        int lanes = nodes - from < LANES ? nodes - from : LANES;
        for (int lane = 0; lane < LANES; lane++) { /* the last node fills what is left of a group */
            int g = from + (lane < lanes ? lane : lanes - 1);
            for (int i = 0; i < size; i++) s.theta[i][lane] = theta[(size_t)g * size + i];
            s.half_loss[lane] = half_loss[g]; s.deviate[lane] = deviate[g]; s.active[lane] = responds[g] ? 1 : 0;
        }
        evaluate(&p, &s, count, wants, told, out, levels);
        for (int lane = 0; lane < lanes; lane++) {
            size_t g = (size_t)from + lane, k = (size_t)s.k, m = (size_t)s.m;
            double value = s.log_likelihood[lane];
            log_likelihood[g] = isfinite(value) ? value : -1e300;
            for (size_t i = 0; mean && i < k; i++) mean[g * k + i] = s.mean[i + 1][lane];
            for (size_t i = 0; covariance && i < k; i++)
                for (size_t o = 0; o < k; o++) covariance[(g * k + i) * k + o] = s.cov[(i + 1) * m + o + 1][lane];
            for (int i = 0; wants & TARGETS && i < 5 * places; i++) targets[g * 5 * places + i] = told[i][lane];
            for (int i = 0; grad && i < size; i++) grad[g * size + i] = s.grad[i][lane];
            for (int j = 0; surprises && j < n; j++) { surprises[g * n + j] = out[j][lane]; fitted[g * n + j] = levels[j][lane]; }
        }
    }
    free(memory);
    return 0;
}

typedef struct { /* from standard normal coordinates to the kernel's slots, and how a mode is sought, as in learn/search.py */
    int known, size;         /* population parameters; coordinates: those, then half-loss time and variability */
    const double *mean, *root; /* (known), (known, size - 2) */
    const int *place;          /* (slots): position in `mean`, or -1 where the slot is fixed at 0 */
    double most_spread, straight; /* bound of the log variability, and the share of it up to which nothing is bent */
    int rounds, steps;
    double early, resting, longest; /* slopes at which the search rests, before the last round and in that; longest step */
} Frame;

/* Set the scratch to the place in each lane of `at`; `held` and `free` are what the gradient needs of the bound. */
INLINE void set_place(Scratch *s, const Frame *f, const vec *at, vec *known, vec *held, vec *free) {
    int base = f->size - 2;
    vec deviate = at[base + 1];
    for (int i = 0; i < f->known; i++) {
        const double *row = f->root + (size_t)i * base;
        vec v = splat(f->mean[i]);
        for (int o = 0; o < base; o++) v += row[o] * at[o];
        known[i] = v;
    }
    for (int i = 0; i < s->size; i++) s->theta[i] = f->place[i] < 0 ? splat(0) : known[f->place[i]];
    vec scale = exp_of(s->theta[SPREAD]);
    *held = *free = splat(1);
    for (int lane = 0; lane < LANES; lane++) {
        double most = f->most_spread / scale[lane], straight = f->straight * most, room = most - straight, own = deviate[lane];
        if (fabs(own) <= straight) continue;
        double beyond = tanh((fabs(own) - straight) / room);
        deviate[lane] = copysign(straight + room * beyond, own);
        (*free)[lane] = 1 - beyond * beyond;
        (*held)[lane] = (*free)[lane] * own / deviate[lane]; /* where variability is held, its bound moves against the population's spread */
    }
    s->half_loss = at[base]; s->deviate = deviate;
}

/* Minus the log posterior at the place in the first lane of `at`, and the gradients in all. */
BY_PROCESSOR static double costs(Patient *p, Scratch *s, const Frame *f, int count, const vec *at, vec *slope, vec *known) {
    int base = f->size - 2;
    vec value = splat(0), half_loss = splat(0), noise = splat(0), held, free, *by = known + f->known;
    set_place(s, f, at, known, &held, &free);
    for (int i = 0; i < f->known; i++) by[i] = splat(0);
    evaluate(p, s, count, GRADIENT, NULL, NULL, NULL);
    s->grad[SPREAD] *= held;
    for (int i = 0; i < s->size; i++)
        if (f->place[i] >= 0) by[f->place[i]] += s->grad[i];
    for (int i = 0; i < p->products; i++) half_loss += s->grad[s->size - PER_PRODUCT * (p->products - i) + HALF_LOSS];
    for (int ch = 0; ch < p->channels; ch++) /* the patient's variability multiplies the sds of drift and noise */
        noise += s->grad[COMMON + PER_CHANNEL * ch + SD_DRIFT] + s->grad[COMMON + PER_CHANNEL * ch + SIGMA];
    for (int o = 0; o < base; o++) slope[o] = at[o];
    for (int i = 0; i < f->known; i++)
        for (int o = 0; o < base; o++) slope[o] -= f->root[(size_t)i * base + o] * by[i];
    slope[base] = at[base] - half_loss * s->sd[SD_HALF_LOSS];
    slope[base + 1] = at[base + 1] - free * noise * s->sd[SPREAD];
    for (int o = 0; o < f->size; o++) value += 0.5 * at[o] * at[o];
    return value[0] - s->log_likelihood[0];
}

static double product_of(const double *a, const double *b, int n) {
    double v = 0;
    for (int i = 0; i < n; i++) v += a[i] * b[i];
    return v;
}

/* A symmetric matrix times a vector. */
BY_PROCESSOR static void times(const double *matrix, const double *x, double *out, int n) {
    for (int i = 0; i < n; i++) out[i] = 0;
    for (int o = 0; o < n; o++)
        for (int i = 0; i < n; i++) out[i] += matrix[(size_t)o * n + i] * x[o];
}

/* What the inverse curvature learns (BFGS) from a step and the change of the slope along it. */
BY_PROCESSOR static void learn(double *inverse, const double *step, const double *change, double *turned, int size) {
    double curvature = product_of(step, change, size);
    if (!(curvature >= LEAST_CURVATURE * product_of(step, step, size))) return;
    times(inverse, change, turned, size);
    double scale = (1 + product_of(change, turned, size) / curvature) / curvature;
    for (int i = 0; i < size; i++)
        for (int o = 0; o < size; o++)
            inverse[(size_t)i * size + o] += scale * step[i] * step[o] - (turned[i] * step[o] + step[i] * turned[o]) / curvature;
}

typedef struct { /* a search: its place, and what it knows there */
    const Frame *frame;
    int size, count, *probed, probe[LANES]; /* coordinates that were probed; those beside the place, or -1 */
    double value, *at, *slope, *inverse, *step, *moved, *change, *turned;
    vec *place, *slopes, *known;
} Search;

/* Choose the coordinates that the spare lanes look along: the steepest that nobody looked along. */
static void choose_probes(Search *f) {
    f->probe[0] = -1;
    for (int lane = 1; lane < LANES; lane++) {
        int best = -1;
        for (int i = 0; i < f->size; i++) {
            if (f->probed[i]) continue;
            if (best < 0 || fabs(f->slope[i]) > fabs(f->slope[best])) best = i;
        }
        f->probe[lane] = best;
        if (best >= 0) f->probed[best] = 1;
    }
}

/* Cost and slope at `x` in lane 0, and beside it in the others. */
static double look(Patient *p, Scratch *s, Search *f, const double *x) {
    for (int i = 0; i < f->size; i++) f->place[i] = splat(x[i]);
    for (int lane = 1; lane < LANES; lane++)
        if (f->probe[lane] >= 0) f->place[f->probe[lane]][lane] += PROBE;
    return costs(p, s, f->frame, f->count, f->place, f->slopes, f->known);
}

/* Learn from the lanes beside the place. */
static void learn_probes(Search *f) {
    for (int lane = 1; lane < LANES; lane++) {
        if (f->probe[lane] < 0) continue;
        for (int i = 0; i < f->size; i++) { f->step[i] = 0; f->change[i] = f->slopes[i][lane] - f->slopes[i][0]; }
        f->step[f->probe[lane]] = PROBE;
        learn(f->inverse, f->step, f->change, f->turned, f->size);
    }
}

/* Go to the mode from `at`. On return the scratch holds what was found there. */
static void descend(Patient *p, Scratch *s, Search *f, double resting) {
    int size = f->size;
    choose_probes(f);
    f->value = look(p, s, f, f->at);
    learn_probes(f);
    for (int i = 0; i < size; i++) f->slope[i] = f->slopes[i][0];
    for (int turn = 0; turn < f->frame->steps; turn++) {
        double steepest = 0, fall, told = 0;
        for (int i = 0; i < size; i++) steepest = fabs(f->slope[i]) > steepest ? fabs(f->slope[i]) : steepest;
        if (steepest < resting) return;
        times(f->inverse, f->slope, f->step, size);
        for (int i = 0; i < size; i++) f->step[i] = -f->step[i];
        double length = sqrt(product_of(f->step, f->step, size));
        for (int i = 0; i < size && length > f->frame->longest; i++) f->step[i] *= f->frame->longest / length;
        fall = product_of(f->slope, f->step, size);
        int better = 0;
        choose_probes(f);
        for (int shorter = 0; shorter < 8 && !better; shorter++) { /* the first shortened step that lowers the cost */
            for (int i = 0; i < size; i++) f->moved[i] = f->at[i] + f->step[i];
            told = look(p, s, f, f->moved);
            double sound = 0;
            for (int i = 0; i < size; i++) sound += f->slopes[i][0] * f->slopes[i][0];
            better = isfinite(told) && told <= f->value + 1e-4 * fall && isfinite(sound);
            if (!better) { fall *= 0.4; for (int i = 0; i < size; i++) f->step[i] *= 0.4; }
        }
        if (!better) { look(p, s, f, f->at); return; }
        for (int i = 0; i < size; i++) {
            f->step[i] = f->moved[i] - f->at[i]; f->change[i] = f->slopes[i][0] - f->slope[i];
            f->at[i] = f->moved[i]; f->slope[i] = f->slopes[i][0];
        }
        learn(f->inverse, f->step, f->change, f->turned, size);
        learn_probes(f);
        f->value = told;
    }
}

typedef struct { /* between the level that effects add up in and the points of a scale; see learn/bounds.py */
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

/* Make the patient linear at the place in lane 0, and give each score the precision of its error there: `relinearised`
 * and `as_levels` of learn/quadrature.py. */
static void adjust(Patient *p, Scratch *s, vec *surprises, vec *fitted) {
    surprise(p, s, surprises, fitted);
    for (int j = 0; j < p->n; j++)
        if (p->weight[j] > 0) {
            double narrow = 1 - 1 / (ODD_WIDTH * ODD_WIDTH);
            double odds = ODD_SHARE / ((1 - ODD_SHARE) * ODD_WIDTH) * exp(fmin(0.5 * surprises[j][0] * narrow, 700));
            int ch = p->channel[j];
            Scale of = scale_of(p->reference[ch], p->lowest[ch], p->highest[ch]);
            as_level(&of, p->points[j], fitted[j][0], p->score + j, p->tilt + j);
            p->weight[j] = (1 - odds / (1 + odds) * narrow) * p->tilt[j] * p->tilt[j];
        }
    const vec *sd = s->sd, *product = s->theta + COMMON + PER_CHANNEL * p->channels;
    double kappa = sd[KAPPA][0], unit = sd[SD_CYCLE_HALF_LOSS][0];
    for (int c = 0; c < p->cycles; c++) {
        int own = s->begun + 2 * c, at = own + 1;
        double q = p->ratio[c], lifted = product[PER_PRODUCT * p->product[c] + AMPLITUDE][0] * q * (1 + kappa) / (q + kappa);
        lifted += sd[SD_AMPLITUDE][0] * s->mean[s->first][0] + sd[SD_CYCLE_AMPLITUDE][0] * s->mean[own][0];
        p->off_time[c] += LINEAR_AROUND * (unit * s->mean[at][0] - p->off_time[c]);
        for (int ch = 0; ch < p->channels; ch++) { /* who stands higher responds otherwise, on each scale by the level there */
            double level = 0, *at_channel = p->lifted + (size_t)ch * p->cycles + c;
            for (int i = 0; i <= ch; i++) level += baseline_part(s, ch, i)[0] * s->mean[1 + i][0];
            level *= s->of[ch].base[0] / s->of[ch].factor[0];
            *at_channel += LINEAR_AROUND * ((q > 0 ? lifted + s->theta[COUPLING][0] * level : 0) - *at_channel);
        }
        p->blur[c] += LINEAR_AROUND * (unit * sqrt(s->cov[(size_t)at * s->m + at][0]) - p->blur[c]);
    }
}

/* The mode near `at`, and `inverse`, what the steps learn of the inverse curvature; between the `rounds` the patient is
 * made linear where the mode is: score, tilt, weight, off_time, lifted and blur are written. The same steps as `settle` of
 * learn/search.py. Returns 0, or 1 without memory. */
static int seek(const Patient *given, const Frame *frame, int responds, int rounds, double *at, double *inverse) {
    Patient p = *given;
    Scratch s;
    vec *extra;
    size_t wide = (size_t)frame->size, known = (size_t)frame->known;
    void *memory = open_patient(&p, &s, GRADIENT, 2 * known + 4 * wide + 2 * (size_t)p.n, &extra);
    if (!memory) return 1;
    Search f = {.frame = frame, .size = frame->size, .count = seen_rows(&p), .at = at, .inverse = inverse};
    vec *surprises = extra + 2 * known + 2 * wide;
    f.known = extra; f.place = extra + 2 * known; f.slopes = f.place + wide;
    f.slope = (double *)(surprises + 2 * p.n); f.step = f.slope + wide; f.moved = f.step + wide; f.change = f.moved + wide;
    f.turned = f.change + wide; f.probed = (int *)(f.turned + wide);
    memset(f.probed, 0, sizeof(int) * wide);
    for (size_t i = 0; i < wide; i++) f.slope[i] = (double)i; /* before anything is known, the last coordinates first */
    s.active = splat(responds ? 1 : 0);
    for (int turn = 0; turn < rounds; turn++) {
        descend(&p, &s, &f, turn < rounds - 1 ? frame->early : frame->resting);
        if (turn < rounds - 1) adjust(&p, &s, surprises, surprises + p.n);
    }
    free(memory);
    return 0;
}

int reprieve_settle(const Patient *given, const Frame *frame, int responds, double *at, double *inverse) {
    return seek(given, frame, responds, frame->rounds, at, inverse);
}

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

static vec *aligned(char *memory) { return (vec *)(memory + (32 - (uintptr_t)memory % 32) % 32); }

/* Quantiles of `times` mixtures of `count` normal distributions. Returns 0, or 1 without memory. */
int reprieve_quantiles(int times, int count, const double *weight, const double *mean, const double *sd, int grid,
                       double reach, int levels, const double *level, const double *middle, const double *wide, double *out) {
    int groups = (count + LANES - 1) / LANES;
    char *memory = malloc(sizeof(vec) * (3 * (size_t)groups + 1) + sizeof(double) * grid);
    if (!memory) return 1;
    vec *w = aligned(memory), *centre = w + groups, *per_sd = centre + groups;
    for (int i = 0; i < groups * LANES; i++) w[i / LANES][i % LANES] = i < count ? weight[i] : 0;
    for (int t = 0; t < times; t++) {
        for (int i = 0; i < groups * LANES; i++) {
            size_t from = (size_t)t * count + (i < count ? i : count - 1);
            centre[i / LANES][i % LANES] = mean[from]; per_sd[i / LANES][i % LANES] = 1 / sd[from];
        }
        invert(groups, w, centre, per_sd, middle[t], wide[t], grid, reach, levels, level, (double *)(per_sd + groups), out + (size_t)t * levels);
    }
    free(memory);
    return 0;
}

typedef struct { /* how nodes are drawn, weighed and told of, as in learn/posterior.py and learn/mixture.py */
    int nodes, silent, few; /* for a patient who responds, or likely does not; for one who may not; where that is hopeless */
    const double *z, *z_silent, *z_few; /* standard normal, (nodes, size) and so on */
    double hopeless, likely, stretch, unseen, negligible;
    int tails, levels, grid;
    const double *precision, *share, *level; /* (tails) twice: the error as normal ones; (levels) */
    double reach;
} Manner;

typedef struct { /* places to predict, in order of time */
    int count, channel;
    const double *week, *other; /* (count), (count, others) */
} Places;

/* Lower root of a covariance; returns the log of its determinant. */
static double lower_root(const double *covariance, double *root, int n) {
    double log_det = 0;
    for (int i = 0; i < n; i++) {
        for (int o = 0; o <= i; o++) {
            double v = 0.5 * (covariance[(size_t)i * n + o] + covariance[(size_t)o * n + i]) + (i == o ? NARROWEST : 0);
            v -= product_of(root + (size_t)i * n, root + (size_t)o * n, o);
            if (o < i) root[(size_t)i * n + o] = v / root[(size_t)o * n + o];
            else log_det += log(root[(size_t)i * n + i] = sqrt(v > NARROWEST ? v : NARROWEST));
        }
    }
    return log_det;
}

/* Draw nodes around `at`; the log of their joint weights, and what they tell of places. The same as `_around` of
 * learn/posterior.py. `work` has room for five vectors of the coordinates and one of the parameters. */
BY_PROCESSOR static void draw(const Patient *p, Scratch *s, const Frame *f, const Manner *manner, int seen, int responds,
                              int nodes, const double *z, const double *at, const double *inverse, int places,
                              double *root, vec *work, double *joint, double *targets) {
    int size = f->size, base = size - 2, slot = COMMON + PER_CHANNEL * p->channels + HALF_LOSS;
    double *along = (double *)work, *moves = along + size, length = 0, log_volume = lower_root(inverse, root, size);
    vec *own = work + (size_t)size, *place = own + size, *known = place + size, *told = known + f->known, held, unbent;
    if (p->cycles) slot += PER_PRODUCT * p->product[p->cycles - 1];
    for (int i = 0; i < base; i++) moves[i] = f->place[slot] < 0 ? 0 : f->root[(size_t)f->place[slot] * base + i];
    moves[base] = exp(f->mean[f->place[SD_HALF_LOSS]]); moves[base + 1] = 0;
    for (int o = 0; o < size; o++) {
        along[o] = 0;
        for (int i = o; i < size; i++) along[o] += moves[i] * root[(size_t)i * size + o];
        length += along[o] * along[o];
    }
    for (int o = 0; o < size; o++) along[o] /= length > 0 ? sqrt(length) : 1;
    if (length > 0) log_volume += log(manner->stretch);
    s->active = splat(responds ? 1 : 0);
    for (int from = 0; from < nodes; from += LANES) {
        vec square = splat(0), far = splat(0), out = splat(0);
        for (int i = 0; i < size; i++) {
            for (int lane = 0; lane < LANES; lane++) own[i][lane] = z[(size_t)(from + lane < nodes ? from + lane : nodes - 1) * size + i];
            square += own[i] * own[i]; out += own[i] * along[i];
        }
        for (int i = 0; i < size; i++) own[i] += (manner->stretch - 1) * along[i] * out;
        for (int i = 0; i < size; i++) {
            vec v = splat(at[i]);
            for (int o = 0; o <= i; o++) v += root[(size_t)i * size + o] * own[o];
            place[i] = v; far += v * v;
        }
        set_place(s, f, place, known, &held, &unbent);
        evaluate(p, s, seen, TARGETS, told, NULL, NULL);
        vec weight = s->log_likelihood + 0.5 * (square - far) + (log_volume - log(nodes));
        for (int lane = 0; lane < LANES && from + lane < nodes; lane++) {
            double logit = s->theta[NON_RESPONSE][lane] * (responds ? 1 : -1), value = weight[lane];
            value -= logit > 0 ? logit + log1p(exp(-logit)) : log1p(exp(logit));
            joint[from + lane] = isfinite(value) ? value : -1e300;
            for (int i = 0; i < 5 * places; i++) targets[(size_t)(from + lane) * 5 * places + i] = told[i][lane];
        }
    }
}

/* Weights from joint logs, none above the mean of its kind times the root of their number. */
static void weigh(double *joint, int nodes, int others) {
    double most = joint[0], total = 0;
    for (int i = 1; i < nodes + others; i++) most = joint[i] > most ? joint[i] : most;
    for (int kind = 0; kind < 2; kind++) {
        double *own = joint + (kind ? nodes : 0), sum = 0;
        int count = kind ? others : nodes;
        for (int i = 0; i < count; i++) sum += own[i] = exp(own[i] - most);
        for (int i = 0; i < count; i++) {
            if (own[i] > sum / sqrt(count)) own[i] = sum / sqrt(count);
            total += own[i];
        }
    }
    for (int i = 0; i < nodes + others; i++) joint[i] /= total;
}

typedef struct { double weight; int at; } Ranked;

static int lighter(const void *a, const void *b) {
    const Ranked *x = a, *y = b;
    return x->weight < y->weight ? -1 : x->weight > y->weight ? 1 : x->at - y->at;
}

/* Leave out the lightest, which together weigh no more than `but_for`; the others sum to 1. `ranked` has room for all. */
static void lighten(double *weight, int count, double but_for, Ranked *ranked) {
    double gone = 0, total = 0;
    for (int i = 0; i < count; i++) ranked[i] = (Ranked){weight[i], i};
    qsort(ranked, (size_t)count, sizeof *ranked, lighter);
    for (int i = 0; i < count; i++) {
        gone += ranked[i].weight;
        if (gone > but_for) total += ranked[i].weight; else weight[ranked[i].at] = 0;
    }
    for (int i = 0; i < count; i++) weight[i] /= total;
}

/* Mean and variance in points of a level that is normal (Gauss-Hermite, three points), in place. */
static void in_points(const Scale *of, double *told) {
    double sd = sqrt(told[1] > 0 ? told[1] : 0), middle = to_points(of, told[0]);
    double up = to_points(of, told[0] + ROOT_3 * sd), down = to_points(of, told[0] - ROOT_3 * sd), mean = middle * (2.0 / 3) + (up + down) / 6;
    told[1] = (middle - mean) * (middle - mean) * (2.0 / 3) + ((up - mean) * (up - mean) + (down - mean) * (down - mean)) / 6;
    told[0] = mean;
}

/* Moments and quantiles of a score at each place, from what the nodes tell. */
static int tell(const Manner *manner, const Scale *scale, int nodes, int places, double *weight, double *targets, double *mean,
                double *sd, double *quantile) {
    int tails = manner->tails, kept = 0, parts = nodes * tails, groups = (parts + LANES - 1) / LANES;
    char *memory = malloc(sizeof(vec) * (3 * (size_t)groups + 1) + sizeof(double) * ((size_t)manner->grid + 2 * (size_t)parts) +
                          (sizeof(Ranked) + sizeof(int)) * (size_t)parts);
    if (!memory) return 1;
    vec *w = aligned(memory), *centre = w + groups, *per_sd = centre + groups;
    double *below = (double *)(per_sd + groups), *whole = below + manner->grid, *light = whole + parts;
    Ranked *ranked = (Ranked *)(light + parts);
    int *from = (int *)(ranked + parts);
    for (int i = 0; i < nodes * places; i++) in_points(scale, targets + (size_t)i * 5);
    lighten(weight, nodes, manner->unseen, ranked);
    for (int i = 0; i < parts; i++) whole[i] = light[i] = weight[i / tails] * manner->share[i % tails];
    lighten(light, parts, manner->negligible, ranked);
    for (int i = 0; i < parts; i++)
        if (light[i] > 0) from[kept++] = i;
    groups = (kept + LANES - 1) / LANES;
    for (int i = 0; i < groups * LANES; i++) w[i / LANES][i % LANES] = i < kept ? light[from[i]] : 0;
    for (int t = 0; t < places; t++) {
        double first = 0, second = 0;
        for (int i = 0; i < nodes; i++) first += weight[i] * targets[((size_t)i * places + t) * 5];
        for (int i = 0; i < parts; i++) {
            const double *told = targets + ((size_t)(i / tails) * places + t) * 5;
            double variance = told[1] + told[2] / manner->precision[i % tails], away = told[0] - first;
            second += whole[i] * ((variance > 1e-12 ? variance : 1e-12) + away * away);
        }
        mean[t] = first; sd[t] = sqrt(second);
        for (int i = 0; i < groups * LANES; i++) {
            int part = from[i < kept ? i : kept - 1];
            const double *told = targets + ((size_t)(part / tails) * places + t) * 5;
            double variance = told[1] + told[2] / manner->precision[part % tails];
            centre[i / LANES][i % LANES] = told[0];
            per_sd[i / LANES][i % LANES] = 1 / sqrt(variance > 1e-12 ? variance : 1e-12);
        }
        invert(groups, w, centre, per_sd, first, sd[t], manner->grid, manner->reach, manner->levels, manner->level, below,
               quantile + (size_t)t * manner->levels);
    }
    free(memory);
    return 0;
}

/* Sort places to predict in among the scores; at the same time the score comes first. */
static void sort_in(const Patient *p, const Places *at, double *week, double *score, double *weight, int *channel, double *other) {
    for (int j = 0, row = 0, place = 0; j < p->n + at->count; j++) {
        int scored = row < p->n && (place == at->count || p->week[row] <= at->week[place]);
        week[j] = scored ? p->week[row] : at->week[place];
        score[j] = scored ? p->score[row] : 0;
        weight[j] = scored ? p->weight[row] : 0;
        channel[j] = scored ? p->channel[row] : at->channel;
        const double *course = scored ? p->other + (size_t)row * p->others : at->other + (size_t)place * p->others;
        for (int o = 0; o < p->others; o++) other[(size_t)j * p->others + o] = course[o];
        if (scored) row++; else place++;
    }
}

/* How much likelier the scores are at `at` without an effect than with one. */
static double silent_odds(Patient *p, Scratch *s, const Frame *f, int seen, const double *at, vec *work) {
    vec *place = work, *known = work + f->size, held, unbent;
    for (int i = 0; i < f->size; i++) place[i] = splat(at[i]);
    set_place(s, f, place, known, &held, &unbent);
    s->active = (vec){1, 0, 1, 0};
    evaluate(p, s, seen, 0, NULL, NULL, NULL);
    return s->log_likelihood[1] - s->log_likelihood[0];
}

/* One patient's forecast, from scores to quantiles: what `foretell` of learn/posterior.py and learn/mixture.py do step by
 * step. Of `given`, score, tilt, weight, off_time, lifted and blur are written. Outputs: (places), (places), (places, levels). Returns
 * 0, or 1 without memory. */
int reprieve_forecast(const Patient *given, const Frame *frame, const Manner *manner, const Places *places, double *mean,
                      double *sd, double *quantile) {
    int size = frame->size, n = given->n, all = n + places->count, count = 2 * manner->nodes + manner->silent + manner->few, failed = 1;
    size_t wide = (size_t)size, square = wide * wide, rows = (size_t)all * (3 + (size_t)given->others);
    double *room = malloc(sizeof(double) * (2 * wide + 3 * square + rows + (size_t)count * (1 + 5 * (size_t)places->count)) + sizeof(int) * all);
    if (!room) return 1;
    double *at = room, *inverse = at + wide, *own_at = inverse + square, *own = own_at + wide, *root = own + square;
    double *week = root + square, *joint = week + rows, *targets = joint + count;
    Patient p = *given;
    p.week = week; p.score = week + all; p.weight = week + 2 * (size_t)all; p.other = week + 3 * (size_t)all;
    p.channel = (int *)(targets + (size_t)count * 5 * places->count); p.n = all;
    for (int i = 0; i < size; i++) {
        at[i] = 0;
        for (int o = 0; o < size; o++) inverse[i * wide + o] = i == o;
    }
    if (n && seek(given, frame, 1, frame->rounds, at, inverse)) goto done;
    sort_in(given, places, week, week + all, p.weight, (int *)p.channel, week + 3 * (size_t)all);
    Scratch s;
    vec *work;
    void *memory = open_patient(&p, &s, TARGETS, 3 * wide + (size_t)frame->known + 5 * (size_t)places->count, &work);
    if (!memory) goto done;
    double odds = n ? silent_odds(&p, &s, frame, n, at, work) : 0;
    int hopeless = odds < manner->hopeless, likely = odds > manner->likely;
    int others = hopeless ? manner->few : likely ? manner->nodes : manner->silent;
    const double *z = hopeless ? manner->z_few : likely ? manner->z : manner->z_silent;
    memcpy(own_at, at, sizeof(double) * wide);
    memcpy(own, inverse, sizeof(double) * square);
    if (!n || hopeless || !seek(given, frame, 0, 1, own_at, own)) {
        draw(&p, &s, frame, manner, n, 1, manner->nodes, manner->z, at, inverse, places->count, root, work, joint, targets);
        draw(&p, &s, frame, manner, n, 0, others, z, own_at, own, places->count, root,
             work, joint + manner->nodes, targets + (size_t)manner->nodes * 5 * places->count);
        weigh(joint, manner->nodes, others);
        Scale scale = scale_of(p.reference[places->channel], p.lowest[places->channel], p.highest[places->channel]);
        failed = tell(manner, &scale, manner->nodes + others, places->count, joint, targets, mean, sd, quantile);
    }
    free(memory);
done:
    free(room);
    return failed;
}
