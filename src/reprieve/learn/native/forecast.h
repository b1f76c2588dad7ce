/* Nodes around a mode, their weights, and what they tell of scores; see learn/posterior.py. */
#pragma once
#include "mixture.h"
#include "search.h"

#define NARROWEST 1e-6 /* variance, where the prior's is 1, that a root is taken of */

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
    s->active = splat(responds ? 1 : 0); s->drawn = 1; s->timed = 0;
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
        s->draw = (vec){0, 1, 2, 3} + from;
        evaluate(p, s, seen, TARGETS, told, NULL);
        vec weight = s->log_likelihood + 0.5 * (square - far) + (log_volume - log(nodes));
        for (int lane = 0; lane < LANES && from + lane < nodes; lane++) {
            double logit = s->theta[NON_RESPONSE][lane] * (responds ? 1 : -1), value = weight[lane];
            value -= logit > 0 ? logit + log1p(exp(-logit)) : log1p(exp(logit));
            joint[from + lane] = isfinite(value) ? value : -1e300;
            for (int i = 0; i < TOLD * places; i++) targets[(size_t)(from + lane) * TOLD * places + i] = told[i][lane];
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
    for (int i = 0; i < nodes * places; i++) in_points(scale, targets + (size_t)i * TOLD);
    lighten(weight, nodes, manner->unseen, ranked);
    for (int i = 0; i < parts; i++) whole[i] = light[i] = weight[i / tails] * manner->share[i % tails];
    lighten(light, parts, manner->negligible, ranked);
    for (int i = 0; i < parts; i++)
        if (light[i] > 0) from[kept++] = i;
    groups = (kept + LANES - 1) / LANES;
    for (int i = 0; i < groups * LANES; i++) w[i / LANES][i % LANES] = i < kept ? light[from[i]] : 0;
    for (int t = 0; t < places; t++) {
        double first = 0, second = 0;
        for (int i = 0; i < nodes; i++) first += weight[i] * targets[((size_t)i * places + t) * TOLD];
        for (int i = 0; i < parts; i++) {
            const double *told = targets + ((size_t)(i / tails) * places + t) * TOLD;
            double variance = told[1] + told[5] / manner->precision[i % tails], away = told[0] - first;
            second += whole[i] * ((variance > 1e-12 ? variance : 1e-12) + away * away);
        }
        mean[t] = first; sd[t] = sqrt(second);
        for (int i = 0; i < groups * LANES; i++) {
            int part = from[i < kept ? i : kept - 1];
            const double *told = targets + ((size_t)(part / tails) * places + t) * TOLD;
            double variance = told[1] + told[5] / manner->precision[part % tails];
            centre[i / LANES][i % LANES] = told[0];
            per_sd[i / LANES][i % LANES] = 1 / sqrt(variance > 1e-12 ? variance : 1e-12);
        }
        invert(groups, w, centre, per_sd, first, sd[t], manner->grid, manner->reach, manner->levels, manner->level, below,
               quantile + (size_t)t * manner->levels);
    }
    free(memory);
    return 0;
}

/* Sort places to predict in among the scores, in `out`; at the same time the score comes first. `room` is for six columns
 * and those of other treatments. */
static void sort_in(const Patient *p, const Places *at, double *room, int *channel, Patient *out) {
    int all = p->n + at->count;
    double *week = room, *other = room + 6 * (size_t)all, *turn = room + 5 * (size_t)all;
    out->week = week; out->score = week + all; out->tilt = out->score + all; out->weight = out->tilt + all; out->odd = out->weight + all;
    out->turn = turn; out->other = other; out->channel = channel; out->n = all;
    for (int j = 0, row = 0, place = 0; j < all; j++) {
        int scored = row < p->n && (place == at->count || p->week[row] <= at->week[place]);
        week[j] = scored ? p->week[row] : at->week[place];
        out->score[j] = scored ? p->score[row] : 0;
        out->tilt[j] = scored ? p->tilt[row] : 1;
        out->weight[j] = scored ? p->weight[row] : 0;
        out->odd[j] = scored ? p->odd[row] : 0;
        turn[j] = scored ? p->turn[row] : 0;
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
    s->active = (vec){1, 0, 1, 0}; s->drawn = s->timed = 0;
    evaluate(p, s, seen, 0, NULL, NULL);
    return s->log_likelihood[1] - s->log_likelihood[0];
}
