/* Many patients foretold with the population taken as known: the same steps as learn/laplace.py. */
#pragma once
#include "forecast.h"

#define BESIDE 1.2 /* how far beside its place the half-loss time is looked at, in sds; a search goes no further */
#define STRAIGHT_ON 1.5 /* of that distance: the longest step, where it is taken; and where nothing bends */
#define LEAST_BEND 1e-9
#define NARROW 0.05 /* least sd of the half-loss time, where the prior's is 1 */
#define FRESH_STEPS 6 /* Newton's, to a patient's variability */

typedef struct { /* patients with the same scales, and how they are foretold */
    int count, channels, products, family, places, rounds;
    const int *rows, *cycles; /* (count + 1): where each patient's begin */
    const double *week, *points; /* of all patients, one after another */
    const int *channel;
    const double *start, *ratio, *with_placebo;
    const int *product;
    const double *reference, *lowest, *highest; /* (channels) */
    const double *at; /* (places): weeks since the latest injection, in order; on the first channel */
    const double *theta; /* the population's parameters, in the order of the slots */
    double most_spread;
} Batch;

typedef struct { /* what is believed of what is not linear: half-loss time as standard normal deviate; log variabilities */
    double half_loss, narrow, spread, silent, known, known_silent; /* `narrow` is an sd, `known` informations */
} Belief;

/* Where the log of a patient's variability goes from `at`, where the log likelihood rises by `slope`: the place at which
 * errors that stay as they are would put it, with a normal prior of sd `unit`. */
static double fresh_spread(double at, double slope, double count, double unit, double most) {
    double misfit = fmax(slope + count, 1e-9), x = at, prior = 1 / (unit * unit);
    for (int i = 0; i < FRESH_STEPS; i++) {
        double left = misfit * exp(-2 * (x - at));
        x += (left - count - x * prior) / (2 * left + prior);
    }
    return fmin(fmax(x, -most), most);
}

/* Put into lane 0 what the first three lanes tell by their `share`. */
BY_PROCESSOR static void average(const Patient *p, Scratch *s, const vec *by, vec *told) {
    size_t count = told_of_errors(p);
    vec share = *by;
    for (size_t i = 0; i < count; i++) { vec v = share * told[i]; told[i][0] = v[0] + v[1] + v[2]; }
    for (int i = 1; i <= s->k; i++) {
        vec *own = s->cov + (size_t)i * s->m + i, v = share * *own, mean = share * s->mean[i];
        (*own)[0] = v[0] + v[1] + v[2]; s->mean[i][0] = mean[0] + mean[1] + mean[2];
    }
}

/* Look at three half-loss times of a patient who responds, and at one who does not, believe anew, and make the patient
 * linear there. */
static void look_beside(const Batch *all, Patient *p, Scratch *s, int count, Belief *b, vec *told) {
    double step = BESIDE * b->narrow, unit = exp(all->theta[SPREAD]), joint[3], prior = 1 / (unit * unit);
    s->half_loss = (vec){b->half_loss - step, b->half_loss, b->half_loss + step, 0};
    s->deviate = (vec){b->spread, b->spread, b->spread, b->silent} / unit;
    s->active = (vec){1, 1, 1, 0};
    evaluate(p, s, count, ERRORS, NULL, told);
    for (int i = 0; i < 3; i++) {
        double value = s->log_likelihood[i] - 0.5 * s->half_loss[i] * s->half_loss[i];
        joint[i] = isfinite(value) ? value : -1e300;
    }
    double top = fmax(joint[0], fmax(joint[1], joint[2])), bend = joint[0] + joint[2] - 2 * joint[1], tilt = 0.5 * (joint[2] - joint[0]);
    vec share = {exp(joint[0] - top), exp(joint[1] - top), exp(joint[2] - top), 0}, slope = told[told_of_errors(p) - 1] - count;
    share /= share[0] + share[1] + share[2];
    for (int ch = 0; ch < p->channels; ch++) slope += told[3 * p->n + ch];
    vec free = splat(s->k);
    for (int i = 1; i <= s->k; i++) free -= s->cov[(size_t)i * s->m + i]; /* effects that the scores tell of */
    average(p, s, &share, told);
    adjust(p, s, told);
    if (bend < -LEAST_BEND) {
        b->half_loss += step * fmin(fmax(-tilt / bend, -STRAIGHT_ON), STRAIGHT_ON);
        b->narrow = fmin(fmax(step / sqrt(-bend), NARROW), 1);
    } else {
        b->half_loss += step * (tilt > 0 ? STRAIGHT_ON : tilt < 0 ? -STRAIGHT_ON : 0);
    }
    double by_share = share[0] * slope[0] + share[1] * slope[1] + share[2] * slope[2];
    double free_by_share = share[0] * free[0] + share[1] * free[1] + share[2] * free[2];
    b->spread = fresh_spread(b->spread, by_share, count, unit, all->most_spread);
    b->silent = fresh_spread(b->silent, slope[3], count, unit, all->most_spread);
    b->known = fmax(2 * (count - free_by_share), 0) + prior; b->known_silent = fmax(2 * (count - free[3]), 0) + prior;
}

enum { BELIEVED = 8 }; /* nodes: five of a patient who responds, three of one who does not */

/* Nodes of a belief, what they tell of places, and the log of their joint weights. */
static void tell_beliefs(const Batch *all, Patient *p, Scratch *s, int count, const Belief *b, vec *told, double *joint, double *targets) {
    static const double along[] = {0, -ROOT_3, ROOT_3, 0, 0, 0, 0, 0}, across[] = {0, 0, 0, -ROOT_3, ROOT_3, 0, -ROOT_3, ROOT_3};
    static const double masses[] = {1.0 / 3, 1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, 2.0 / 3, 1.0 / 6, 1.0 / 6};
    double unit = exp(all->theta[SPREAD]), logit = all->theta[NON_RESPONSE];
    int numbers = TOLD * all->places;
    for (int from = 0; from < BELIEVED; from += LANES) {
        double log_weight[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            int g = from + lane, responds = g < 5;
            double sd = 1 / sqrt(responds ? b->known : b->known_silent) / unit, odds = responds ? logit : -logit;
            double half_loss = responds ? b->half_loss + b->narrow * along[g] : 0;
            double deviate = (responds ? b->spread : b->silent) / unit + sd * across[g];
            s->half_loss[lane] = half_loss; s->deviate[lane] = deviate; s->active[lane] = responds;
            log_weight[lane] = log(masses[g]) + log(sd) + 0.5 * (along[g] * along[g] + across[g] * across[g] - half_loss * half_loss - deviate * deviate);
            log_weight[lane] += (responds ? log(b->narrow) : 0) - (odds > 0 ? odds + log1p(exp(-odds)) : log1p(exp(odds)));
        }
        evaluate(p, s, count, TARGETS, told, NULL);
        for (int lane = 0; lane < LANES; lane++) {
            double value = s->log_likelihood[lane] + log_weight[lane];
            joint[from + lane] = isfinite(value) ? value : -1e300;
            for (int i = 0; i < numbers; i++) targets[(size_t)(from + lane) * numbers + i] = told[i][lane];
        }
    }
    double top = joint[0], total = 0;
    for (int g = 1; g < BELIEVED; g++) top = fmax(top, joint[g]);
    for (int g = 0; g < BELIEVED; g++) total += joint[g] = exp(joint[g] - top);
    for (int g = 0; g < BELIEVED; g++) joint[g] /= total;
}

typedef struct { /* room for the rows of one patient, places among them */
    double *week, *points, *score, *tilt, *weight, *odd, *turn, *off_time, *lifted, *blur, *owed;
    int *channel;
} Room;

/* Scores and places of one patient in order of time, not yet made linear but where the population is. */
static void rows_of(const Batch *all, int patient, const Room *room, Patient *p) {
    int row = all->rows[patient], end = all->rows[patient + 1], cycle = all->cycles[patient], place = 0;
    *p = (Patient){.n = end - row + all->places, .cycles = all->cycles[patient + 1] - cycle, .channels = all->channels,
                   .products = all->products, .family = all->family, .week = room->week, .points = room->points, .score = room->score,
                   .tilt = room->tilt, .weight = room->weight, .odd = room->odd, .turn = room->turn, .channel = room->channel,
                   .start = all->start + cycle, .ratio = all->ratio + cycle, .with_placebo = all->with_placebo + cycle,
                   .product = all->product + cycle, .off_time = room->off_time, .lifted = room->lifted, .blur = room->blur,
                   .owed = room->owed, .reference = all->reference, .lowest = all->lowest, .highest = all->highest};
    double latest = p->start[p->cycles - 1], kappa = exp(all->theta[KAPPA]), blur = exp(all->theta[SD_CYCLE_HALF_LOSS]);
    for (int j = 0; j < p->n; j++) {
        int scored = row < end && (place == all->places || all->week[row] <= latest + all->at[place]);
        room->week[j] = scored ? all->week[row] : latest + all->at[place];
        room->points[j] = room->score[j] = scored ? all->points[row] : 0;
        room->tilt[j] = 1; room->weight[j] = scored; room->odd[j] = room->turn[j] = 0;
        room->channel[j] = scored ? all->channel[row] : 0;
        if (scored) row++; else place++;
    }
    for (int c = 0; c < p->cycles; c++) {
        double q = p->ratio[c], amplitude = all->theta[COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->product[c] + AMPLITUDE];
        room->off_time[c] = 0; room->blur[c] = blur;
        for (int ch = 0; ch < p->channels; ch++) room->lifted[(size_t)ch * p->cycles + c] = amplitude * q * (1 + kappa) / (q + kappa);
    }
    for (int ch = 0; ch < p->channels; ch++) room->owed[ch] = 0;
}

/* Foretell one patient; mean and sd (places), quantiles (places, levels). */
static int foretell(const Batch *all, int patient, const Manner *manner, const Room *room, char *memory, double *targets,
                    double *mean, double *sd, double *quantile) {
    Patient p;
    Scratch s;
    vec *told;
    double joint[BELIEVED], unit = exp(all->theta[SPREAD]);
    rows_of(all, patient, room, &p);
    int count = p.n - all->places;
    Belief b = {0, 1, 0, 0, 1 / (unit * unit), 1 / (unit * unit)};
    settle_in(&p, &s, ERRORS, told_of_errors(&p) + TOLD * (size_t)all->places, memory, &told);
    for (int i = 0; i < s.size; i++) s.theta[i] = splat(all->theta[i]);
    s.drawn = s.timed = 0;
    for (int turn = 0; turn < all->rounds && count; turn++) look_beside(all, &p, &s, count, &b, told);
    while (s.kept < p.n && p.weight[s.kept] > 0) s.kept++; /* from here on only places are told of */
    tell_beliefs(all, &p, &s, count, &b, told + told_of_errors(&p), joint, targets);
    Scale scale = scale_of(p.reference[0], p.lowest[0], p.highest[0]);
    return tell(manner, &scale, BELIEVED, all->places, joint, targets, mean, sd, quantile);
}
