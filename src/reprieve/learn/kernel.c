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
#include "native/laplace.h"

#ifndef REPRIEVE_DIGEST
#define REPRIEVE_DIGEST ""
#endif

/* SHA-256 of the source this library was built from; the loader takes no other. */
const char *reprieve_digest(void) { return REPRIEVE_DIGEST; }

typedef struct { /* nodes as Python gives them; without `draw` and `own_time` errors stand for both, and times are effects */
    int count;
    const double *half_loss, *deviate, *draw, *own_time; /* (count) but for the last: (count, cycles) */
    const int *responds;                                 /* (count) */
} Nodes;

/* Put four nodes from `from` on into the lanes, the last one again where there are no more; returns how many there are.
 * The parameters of node g begin at `theta + g * apart`. */
static int into_lanes(const Patient *p, Scratch *s, const Nodes *nodes, int from, const double *theta, size_t apart) {
    int lanes = nodes->count - from < LANES ? nodes->count - from : LANES;
    s->drawn = nodes->draw != NULL; s->timed = nodes->own_time != NULL;
    for (int lane = 0; lane < LANES; lane++) {
        int g = from + (lane < lanes ? lane : lanes - 1);
        for (int i = 0; i < s->size; i++) s->theta[i][lane] = theta[g * apart + (size_t)i];
        if (s->drawn) s->draw[lane] = nodes->draw[g];
        for (int c = 0; s->timed && c < p->cycles; c++) s->off_time[c][lane] = nodes->own_time[(size_t)g * p->cycles + c];
        s->half_loss[lane] = nodes->half_loss[g]; s->deviate[lane] = nodes->deviate[g]; s->active[lane] = nodes->responds[g] ? 1 : 0;
    }
    return lanes;
}

/* Evaluate nodes; optional outputs may be NULL. Returns 0, or 1 without memory. */
int reprieve_nodes(const Patient *given, const Nodes *nodes, const double *theta, double *log_likelihood, double *mean,
                   double *covariance, double *targets, double *grad, double *errors, double *owed) {
    Patient p = *given;
    Scratch s;
    vec *out;
    int n = p.n, count = seen_rows(&p), places = n - count, size = parameters(&p);
    int wants = (covariance ? COVARIANCE : 0) | (targets && places ? TARGETS : 0) | (grad ? GRADIENT : 0) | (errors ? ERRORS : 0);
    size_t told_of = told_of_errors(&p);
    void *memory = open_patient(&p, &s, wants, told_of + TOLD * (size_t)places, &out);
    if (!memory) return 1;
    vec *told = out + told_of;
    for (int from = 0; from < nodes->count; from += LANES) {
        int lanes = into_lanes(&p, &s, nodes, from, theta, (size_t)size);
        evaluate(&p, &s, count, wants, told, out);
        for (int lane = 0; lane < lanes; lane++) {
            size_t g = (size_t)from + lane, k = (size_t)s.k, m = (size_t)s.m;
            double value = s.log_likelihood[lane];
            log_likelihood[g] = isfinite(value) ? value : -1e300;
            for (size_t i = 0; mean && i < k; i++) mean[g * k + i] = s.mean[i + 1][lane];
            for (size_t i = 0; covariance && i < k; i++)
                for (size_t o = 0; o < k; o++) covariance[(g * k + i) * k + o] = s.cov[(i + 1) * m + o + 1][lane];
            for (int i = 0; wants & TARGETS && i < TOLD * places; i++) targets[g * TOLD * places + i] = told[i][lane];
            for (int i = 0; grad && i < size; i++) grad[g * size + i] = s.grad[i][lane];
            for (int i = 0; errors && i < 3 * n; i++) errors[g * 3 * n + i] = out[i][lane];
            for (int ch = 0; errors && ch <= p.channels; ch++) owed[g * (p.channels + 1) + ch] = out[3 * n + ch][lane];
        }
    }
    free(memory);
    return 0;
}

/* One patient in a fit, all nodes at the parameters `theta`: `told` is the log of the nodes' mean likelihood by `log_weight`,
 * their share without an effect, and the slope by parameter; what `score_of` of learn/quadrature.py does. Returns 0, or 1
 * without memory. */
int reprieve_score(const Patient *given, const Nodes *nodes, const double *theta, const double *log_weight, double *told) {
    Patient p = *given;
    Scratch s;
    vec *none;
    int count = seen_rows(&p), size = parameters(&p);
    double top = -1e300, total = 0, silent = 0, *slope = told + 2;
    void *memory = open_patient(&p, &s, GRADIENT, 0, &none);
    if (!memory) return 1;
    for (int i = 0; i < size; i++) slope[i] = 0;
    for (int from = 0; from < nodes->count; from += LANES) {
        int lanes = into_lanes(&p, &s, nodes, from, theta, 0);
        evaluate(&p, &s, count, GRADIENT, NULL, NULL);
        for (int lane = 0; lane < lanes; lane++) {
            double joint = s.log_likelihood[lane] + log_weight[from + lane];
            if (!isfinite(joint)) continue;
            if (joint > top) { /* what was summed before weighs less */
                double less = exp(top - joint);
                top = joint; total *= less; silent *= less;
                for (int i = 0; i < size; i++) slope[i] *= less;
            }
            double mass = exp(joint - top);
            total += mass;
            if (!nodes->responds[from + lane]) silent += mass;
            for (int i = 0; i < size; i++) slope[i] += mass * s.grad[i][lane];
        }
    }
    free(memory);
    told[0] = top + log(total); told[1] = silent / total;
    for (int i = 0; i < size; i++) slope[i] /= total;
    return 0;
}

int reprieve_settle(const Patient *given, const Frame *frame, int responds, double *at, double *inverse) {
    return seek(given, frame, responds, frame->rounds, at, inverse);
}

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

/* One patient's forecast, from scores to quantiles: what `foretell` of learn/posterior.py and learn/mixture.py do step by
 * step. Of `given`, score, tilt, weight, odd, off_time, lifted, blur and owed are written. Outputs: (places), (places), (places, levels). Returns
 * 0, or 1 without memory. */
int reprieve_forecast(const Patient *given, const Frame *frame, const Manner *manner, const Places *places, double *mean,
                      double *sd, double *quantile) {
    int size = frame->size, n = given->n, all = n + places->count, count = 2 * manner->nodes + manner->silent + manner->few, failed = 1;
    size_t wide = (size_t)size, square = wide * wide, rows = (size_t)all * (6 + (size_t)given->others);
    double *room = malloc(sizeof(double) * (2 * wide + 3 * square + rows + (size_t)count * (1 + TOLD * (size_t)places->count)) + sizeof(int) * all);
    if (!room) return 1;
    double *at = room, *inverse = at + wide, *own_at = inverse + square, *own = own_at + wide, *root = own + square;
    double *sorted = root + square, *joint = sorted + rows, *targets = joint + count;
    Patient p = *given;
    for (int i = 0; i < size; i++) {
        at[i] = 0;
        for (int o = 0; o < size; o++) inverse[i * wide + o] = i == o;
    }
    if (n && seek(given, frame, 1, frame->rounds, at, inverse)) goto done;
    sort_in(given, places, sorted, (int *)(targets + (size_t)count * TOLD * places->count), &p);
    Scratch s;
    vec *work;
    void *memory = open_patient(&p, &s, TARGETS, 3 * wide + (size_t)frame->known + TOLD * (size_t)places->count, &work);
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
             work, joint + manner->nodes, targets + (size_t)manner->nodes * TOLD * places->count);
        weigh(joint, manner->nodes, others);
        Scale scale = scale_of(p.reference[places->channel], p.lowest[places->channel], p.highest[places->channel]);
        failed = tell(manner, &scale, manner->nodes + others, places->count, joint, targets, mean, sd, quantile);
    }
    free(memory);
done:
    free(room);
    return failed;
}

/* Forecasts of all patients of a registry, one after another: (count, places), (count, places), (count, places, levels).
 * Returns 0, or 1 without memory. */
int reprieve_batch(const Batch *all, const Manner *manner, double *mean, double *sd, double *quantile) {
    int rows = 0, cycles = 0, failed = 0, places = all->places, levels = manner->levels;
    for (int i = 0; i < all->count; i++) {
        int own_rows = all->rows[i + 1] - all->rows[i], own_cycles = all->cycles[i + 1] - all->cycles[i];
        rows = own_rows > rows ? own_rows : rows; cycles = own_cycles > cycles ? own_cycles : cycles;
    }
    size_t n = (size_t)rows + places, c = (size_t)cycles, channels = (size_t)all->channels;
    size_t doubles = 7 * n + c * (2 + channels) + channels + BELIEVED * TOLD * (size_t)places;
    Patient largest = {.n = (int)n, .cycles = cycles, .channels = all->channels, .products = all->products};
    size_t room_for_all = room_of(&largest, told_of_errors(&largest) + TOLD * (size_t)places);
    char *memory = malloc(room_for_all), *own = malloc(sizeof(double) * doubles + sizeof(int) * n);
    if (!memory || !own) { free(memory); free(own); return 1; }
    double *at = (double *)own;
    Room room = {.week = at, .points = at + n, .score = at + 2 * n, .tilt = at + 3 * n, .weight = at + 4 * n, .odd = at + 5 * n,
                 .turn = at + 6 * n, .off_time = at + 7 * n};
    room.blur = room.off_time + c; room.lifted = room.blur + c; room.owed = room.lifted + c * channels;
    double *targets = room.owed + channels;
    room.channel = (int *)(targets + BELIEVED * TOLD * (size_t)places);
    for (int i = 0; i < all->count && !failed; i++) {
        size_t from = (size_t)i * places;
        failed = foretell(all, i, manner, &room, memory, targets, mean + from, sd + from, quantile + from * levels);
    }
    free(memory); free(own);
    return failed;
}
