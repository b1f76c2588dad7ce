/* The mode of all that is not linear, and the patient made linear there; see learn/search.py. */
#pragma once
#include "nodes.h"
#include "scale.h"

#define LINEAR_AROUND 0.7 /* how far a round moves where curves are linear */
#define PROBE 1e-3 /* how far beside its place a search looks */
#define LEAST_CURVATURE 0.5 /* of what a search learns from, beside the prior's */

typedef struct { /* from standard normal coordinates to the kernel's slots, and how a mode is sought, as in learn/search.py */
    int known, size;         /* population parameters; coordinates: those, then half-loss time and variability */
    const double *mean, *root; /* (known), (known, size - 2) */
    const int *place;          /* (slots): position in `mean`, or -1 where the slot is fixed at 0 */
    double most_spread, straight, least_error; /* bound of the log variability; the share of a bound up to which nothing is bent; how far
                                                * a patient may take the logs of drift and noise below the population's */
    int rounds, steps;
    double early, resting, longest; /* slopes at which the search rests, before the last round and in that; longest step */
} Frame;

/* Hold the slot `i` up: no further than `most` below the population's mean. Returns the slope of the bend. */
INLINE vec hold_up(Scratch *s, const Frame *f, int i) {
    vec free = splat(1);
    if (f->place[i] < 0) return free;
    double mean = f->mean[f->place[i]], straight = f->straight * f->least_error, room = f->least_error - straight;
    for (int lane = 0; lane < LANES; lane++) {
        double below = mean - s->theta[i][lane];
        if (!(below > straight)) continue;
        double beyond = tanh((below - straight) / room);
        s->theta[i][lane] = mean - straight - room * beyond;
        free[lane] = 1 - beyond * beyond;
    }
    return free;
}

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
    for (int ch = 0; ch < s->first - 1; ch++) {
        s->of[ch].drift_free = hold_up(s, f, COMMON + PER_CHANNEL * ch + SD_DRIFT);
        s->of[ch].noise_free = hold_up(s, f, COMMON + PER_CHANNEL * ch + SIGMA);
    }
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
    evaluate(p, s, count, GRADIENT, NULL, NULL);
    s->grad[SPREAD] *= held;
    for (int i = 0; i < p->products; i++) half_loss += s->grad[s->size - PER_PRODUCT * (p->products - i) + HALF_LOSS];
    for (int ch = 0; ch < p->channels; ch++) { /* the patient's variability multiplies the sds of drift and noise */
        vec *by_drift = s->grad + COMMON + PER_CHANNEL * ch + SD_DRIFT, *by_noise = s->grad + COMMON + PER_CHANNEL * ch + SIGMA;
        noise += *by_drift + *by_noise;
        *by_drift *= s->of[ch].drift_free; *by_noise *= s->of[ch].noise_free;
    }
    for (int i = 0; i < s->size; i++)
        if (f->place[i] >= 0) by[f->place[i]] += s->grad[i];
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

BY_PROCESSOR static void tell_errors(const Patient *p, const Scratch *s, vec *told) { errors(p, s, told); }

/* Make the patient linear at the place in lane 0, and give each score the precision of its error `told` there:
 * `relinearised` and `straightened` of learn/linear.py. */
static void adjust(Patient *p, const Scratch *s, const vec *told) {
    const vec *weight = told, *chance = weight + p->n, *fitted = chance + p->n, *owed = fitted + p->n;
    for (int ch = 0; ch < p->channels; ch++) {
        Scale of = scale_of(p->reference[ch], p->lowest[ch], p->highest[ch]);
        p->owed[ch] = owed[ch][0];
        for (int j = 0; j < p->n; j++) {
            if (p->channel[j] != ch || p->weight[j] <= 0) continue;
            straighten(&of, p->points[j], fitted[j][0], p->score + j, p->tilt + j);
            p->weight[j] = weight[j][0]; p->odd[j] = chance[j][0];
        }
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
 * made linear where the mode is: score, tilt, weight, odd, off_time, lifted, blur and owed are written. The same steps as `settle` of
 * learn/search.py. Returns 0, or 1 without memory. */
static int seek(const Patient *given, const Frame *frame, int responds, int rounds, double *at, double *inverse) {
    Patient p = *given;
    Scratch s;
    vec *extra;
    size_t wide = (size_t)frame->size, known = (size_t)frame->known;
    void *memory = open_patient(&p, &s, GRADIENT, 2 * known + 4 * wide + told_of_errors(&p), &extra);
    if (!memory) return 1;
    Search f = {.frame = frame, .size = frame->size, .count = seen_rows(&p), .at = at, .inverse = inverse};
    vec *told = extra + 2 * known + 2 * wide;
    f.known = extra; f.place = extra + 2 * known; f.slopes = f.place + wide;
    f.slope = (double *)(told + told_of_errors(&p)); f.step = f.slope + wide; f.moved = f.step + wide; f.change = f.moved + wide;
    f.turned = f.change + wide; f.probed = (int *)(f.turned + wide);
    memset(f.probed, 0, sizeof(int) * wide);
    for (size_t i = 0; i < wide; i++) f.slope[i] = (double)i; /* before anything is known, the last coordinates first */
    s.active = splat(responds ? 1 : 0); s.drawn = s.timed = 0;
    for (int turn = 0; turn < rounds; turn++) {
        descend(&p, &s, &f, turn < rounds - 1 ? frame->early : frame->resting);
        if (turn == rounds - 1) break;
        tell_errors(&p, &s, told);
        adjust(&p, &s, told);
    }
    free(memory);
    return 0;
}
