/* The response model for one patient at many nodes: design, whitening, Gaussian integration, gradient.
 *
 * The same mathematics in NumPy is learn/kernel.py; tests keep both together. C11, no Python headers, loaded with
 * ctypes; no global state, so several threads may call it.
 *
 * score = mean + loadings . effects + drift + noise; effects are standard normal and integrated out exactly.
 * Columns: one baseline for each channel, response, placebo response, slope, then for each cycle response, half-loss.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifndef REPRIEVE_DIGEST
#define REPRIEVE_DIGEST ""
#endif

enum { COUPLING, SD_AMPLITUDE, KAPPA, DURATION, SD_HALF_LOSS, ONSET, STEEPNESS, PLACEBO, COUPLING_PLACEBO, SD_PLACEBO,
       PLACEBO_DECAY, SPREAD, SD_CYCLE_AMPLITUDE, SD_CYCLE_HALF_LOSS, SD_SLOPE, NON_RESPONSE, SD_EARLY, AFTER,
       AFTER_DOSE, COMMON };
enum { MEAN_BASELINE, SD_BASELINE, SD_DRIFT, DRIFT_TIME, SIGMA, EFFECT, PER_CHANNEL };
enum { AMPLITUDE, HALF_LOSS, PER_PRODUCT };

#define TAU_STEP 1e-3
#define NOTHING 1e-14
#define GONE 14.0 /* h log(t/T) beyond which nothing of the effect is left (1e-6) */
#define EARLY_WEEKS 2.0 /* peak of a patient's own course of the first weeks */
#define AFTER_WEEKS 26.0 /* decay of what follows an effect that is gone */

typedef struct {
    int n, cycles, channels, products, family;
    const double *week, *score, *weight; /* (n); weight 0: a place to predict, not a score */
    const int *channel;                  /* (n) */
    const double *start, *ratio, *with_placebo; /* (cycles) */
    const int *product;                         /* (cycles) */
    const double *off_time, *off_amplitude;     /* (cycles): where the curve is made linear */
    const double *reference;                    /* (channels) */
    double *log_since, *ebb, *early; /* (n, cycles), (n, cycles), (n): what no parameter changes, once a patient */
} Patient;

typedef struct { /* scratch for one node; k columns of loadings, the residual is column k */
    int k, m, n;
    double *cols, *white, *back, *pull;         /* (n, m) */
    double *g, *slope, *bend, *log_x, *rise, *lost; /* (n, cycles) */
    double *reach, *placebo, *placebo_slope, *effect; /* (n) */
    double *f, *gain, *rho, *predicted, *noise, *innovation; /* (n) */
    double *before;                              /* (n, m) predicted drift of each column */
    double *amplitude, *lifted, *log_time, *dose, *after; /* (cycles) */
    double *gram, *chol, *cov, *mean, *shift, *tmp;   /* (m, m), (m) */
    double *state;
} Scratch;

static double *take(double **at, size_t count) { double *p = *at; *at += count; return p; }

static int columns(const Patient *p) { return p->channels + 4 + 2 * p->cycles; }

static size_t scratch_size(const Patient *p) {
    size_t n = (size_t)p->n, m = (size_t)columns(p) + 1, c = (size_t)p->cycles;
    return 5 * n * m + 6 * n * c + 10 * n + 5 * c + 3 * m * m + 3 * m + (size_t)p->channels * m;
}

static void lay_out(Scratch *s, double *memory, const Patient *p) {
    size_t n = (size_t)p->n, m = (size_t)columns(p) + 1, c = (size_t)p->cycles;
    double *at = memory;
    s->k = (int)m - 1; s->m = (int)m; s->n = p->n;
    s->cols = take(&at, n * m); s->white = take(&at, n * m); s->back = take(&at, n * m); s->pull = take(&at, n * m);
    s->before = take(&at, n * m);
    s->g = take(&at, n * c); s->slope = take(&at, n * c); s->bend = take(&at, n * c); s->log_x = take(&at, n * c);
    s->rise = take(&at, n * c); s->lost = take(&at, n * c);
    s->reach = take(&at, n); s->placebo = take(&at, n); s->placebo_slope = take(&at, n); s->effect = take(&at, n);
    s->f = take(&at, n); s->gain = take(&at, n); s->rho = take(&at, n); s->predicted = take(&at, n);
    s->noise = take(&at, n); s->innovation = take(&at, n);
    s->amplitude = take(&at, c); s->lifted = take(&at, c); s->log_time = take(&at, c); s->dose = take(&at, c); s->after = take(&at, c);
    s->gram = take(&at, m * m); s->chol = take(&at, m * m); s->cov = take(&at, m * m);
    s->mean = take(&at, m); s->shift = take(&at, m); s->tmp = take(&at, m);
    s->state = take(&at, (size_t)p->channels * m);
}

static const double *of_channel(const Patient *p, const double *theta, int k) { (void)p; return theta + COMMON + PER_CHANNEL * k; }

static const double *of_product(const Patient *p, const double *theta, int product) {
    return theta + COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * product;
}

/* Times since each injection, and the courses that hang on nothing else. */
static void courses(Patient *p) {
    for (int j = 0; j < p->n; j++) {
        p->early[j] = 0;
        for (int c = 0; c < p->cycles; c++) {
            double since = p->week[j] - p->start[c], v = since / EARLY_WEEKS, old = since / AFTER_WEEKS;
            size_t i = (size_t)j * p->cycles + c;
            p->log_since[i] = since > 0 ? log(since) : 0;
            p->ebb[i] = since > 0 ? exp(-old * old) : 0;
            if (since > 0) p->early[j] += v * v * exp(1 - v * v);
        }
    }
}

/* Shape of each cycle at each time, its slope in log half-loss time, and what the gradient needs. */
static void shapes(const Patient *p, const double *theta, double half_loss, int responds, Scratch *s) {
    double kappa = exp(theta[KAPPA]), onset = exp(theta[ONSET]), h = exp(theta[STEEPNESS]);
    double eta = p->family == 0 ? h : 0.5 * h, sd = exp(theta[SD_HALF_LOSS]), decay = exp(theta[PLACEBO_DECAY]);
    for (int c = 0; c < p->cycles; c++) {
        double q = p->ratio[c];
        const double *product = of_product(p, theta, p->product[c]);
        int active = q > 0 && responds;
        s->dose[c] = active ? q * (1 + kappa) / (q + kappa) : 0;
        s->amplitude[c] = active ? product[AMPLITUDE] * s->dose[c] : 0;
        s->lifted[c] = active ? s->amplitude[c] + p->off_amplitude[c] : 0;
        s->after[c] = active ? theta[AFTER] + theta[AFTER_DOSE] * log(q) : 0;
        s->log_time[c] = active ? product[HALF_LOSS] + theta[DURATION] * log(q) + sd * half_loss + p->off_time[c] : 0;
    }
    for (int j = 0; j < p->n; j++) {
        double reach = 0, effect = 0, plc = 0, plc_slope = 0;
        for (int c = 0; c < p->cycles; c++) {
            double since = p->week[j] - p->start[c], g = 0, slope = 0, bend = 0, lx = 0, rise = 0, lost = 0;
            if (since > 0 && s->dose[c] > 0) {
                lx = p->log_since[(size_t)j * p->cycles + c] - s->log_time[c];
                double y = eta * lx, limit = p->family == 0 ? GONE : 4.0, v = since / onset;
                v *= v;
                double ev = v < 40 ? exp(-v) : 0, u = v < 1e-6 ? v : 1 - ev;
                lost = u;
                if (y < limit) {
                    double x = exp(y);
                    if (p->family == 0) {
                        double share = x / (1 + x);
                        g = u * (1 - share); slope = g * h * share; bend = eta * (1 - 2 * share);
                    } else {
                        double mm = M_LN2 * x;
                        g = u * exp(-mm); slope = g * eta * mm; bend = eta * (1 - mm);
                    }
                    rise = u > 0 ? -2 * v * ev / u : -2;
                    lost = u - g;
                }
                lost *= p->ebb[(size_t)j * p->cycles + c];
            }
            size_t i = (size_t)j * p->cycles + c;
            s->g[i] = g; s->slope[i] = slope; s->bend[i] = bend; s->log_x[i] = lx; s->rise[i] = rise; s->lost[i] = lost;
            reach += g;
            effect += s->amplitude[c] * g - s->lifted[c] * slope * p->off_time[c] - s->after[c] * lost;
            if (since > 0 && p->with_placebo[c] > 0) {
                double w = since / decay; w *= w;
                double course = w < 60 ? -expm1(-since) * exp(-w) : 0;
                plc += course; plc_slope += course * 2 * w;
            }
        }
        s->reach[j] = reach; s->effect[j] = effect; s->placebo[j] = plc; s->placebo_slope[j] = plc_slope;
    }
}

/* Rows of loadings and residual. */
static void design(const Patient *p, const double *theta, double half_loss, int responds, Scratch *s) {
    shapes(p, theta, half_loss, responds, s);
    double sd_a = exp(theta[SD_AMPLITUDE]), sd_p = exp(theta[SD_PLACEBO]), sd_s = exp(theta[SD_SLOPE]);
    double sd_ca = exp(theta[SD_CYCLE_AMPLITUDE]), sd_ch = exp(theta[SD_CYCLE_HALF_LOSS]), sd_e = exp(theta[SD_EARLY]);
    int k = s->k, first = p->channels;
    double *factor = s->tmp, *base = s->shift; /* a channel's exponentials once, not for each row */
    for (int ch = 0; ch < p->channels; ch++) {
        factor[ch] = p->reference[ch] * exp(of_channel(p, theta, ch)[EFFECT]);
        base[ch] = p->reference[ch] * exp(of_channel(p, theta, ch)[SD_BASELINE]);
    }
    memset(s->cols, 0, sizeof(double) * (size_t)p->n * s->m);
    for (int j = 0; j < p->n; j++) {
        int ch = p->channel[j];
        const double *t = of_channel(p, theta, ch);
        double r = p->reference[ch], f = factor[ch], *row = s->cols + (size_t)j * s->m;
        double reach = s->reach[j], plc = s->placebo[j];
        row[ch] = base[ch] * (1 - theta[COUPLING] * reach - theta[COUPLING_PLACEBO] * plc);
        row[first] = -f * sd_a * reach;
        row[first + 1] = -f * sd_p * plc;
        row[first + 2] = r * sd_s * p->week[j] / 52.0;
        row[first + 3] = -f * sd_e * p->early[j];
        for (int c = 0; c < p->cycles; c++) {
            size_t i = (size_t)j * p->cycles + c;
            row[first + 4 + 2 * c] = -f * sd_ca * s->g[i];
            row[first + 5 + 2 * c] = -f * sd_ch * s->lifted[c] * s->slope[i];
        }
        row[k] = (p->weight[j] > 0 ? p->score[j] : 0) - (r * t[MEAN_BASELINE] - f * (s->effect[j] + theta[PLACEBO] * plc));
    }
}

/* Kalman filter of drift plus noise for one channel (or all, channel < 0): whitened rows. Returns sum of log sd. */
static double whiten(const Patient *p, const double *theta, Scratch *s) {
    double log_sd = 0;
    int m = s->m;
    for (int ch = 0; ch < p->channels; ch++) {
        const double *t = of_channel(p, theta, ch);
        double a = p->reference[ch] * exp(t[SD_DRIFT]), b = p->reference[ch] * exp(t[SIGMA]), tau = exp(t[DRIFT_TIME]);
        double variance = a * a, last = 0, *state = s->state + (size_t)ch * m;
        int seen = 0;
        a *= a; b *= b;
        memset(state, 0, sizeof(double) * m);
        for (int j = 0; j < p->n; j++) {
            if (p->channel[j] != ch) continue;
            double rho = seen ? exp(-(p->week[j] - last) / tau) : 0, *row = s->cols + (size_t)j * m;
            double *before = s->before + (size_t)j * m, *white = s->white + (size_t)j * m;
            double predicted = variance * rho * rho + a * (1 - rho * rho);
            seen = 1; last = p->week[j];
            s->rho[j] = rho; s->predicted[j] = predicted; s->innovation[j] = a * (1 - rho * rho);
            if (p->weight[j] > 0) {
                double noise = b / p->weight[j], f = predicted + noise, root = 1 / sqrt(f), gain = predicted / f;
                for (int i = 0; i < m; i++) {
                    double e = state[i] * rho, d;
                    if (fabs(e) < NOTHING) e = 0; /* a column that is over costs no more */
                    d = row[i] - e;
                    before[i] = e; white[i] = d * root; state[i] = e + gain * d;
                }
                s->f[j] = f; s->gain[j] = gain; s->noise[j] = noise;
                variance = (1 - gain) * predicted;
                log_sd += 0.5 * log(f);
            } else {
                for (int i = 0; i < m; i++) { state[i] *= rho; before[i] = state[i]; white[i] = 0; }
                s->f[j] = 0; s->gain[j] = 0; s->noise[j] = b;
                variance = predicted;
            }
        }
    }
    return log_sd;
}

/* Posterior of the effects; returns the log marginal likelihood, or NaN. */
static double integrate(Scratch *s, double spread, double log_sd, int count) {
    int k = s->k, m = s->m;
    double *gram = s->gram, *l = s->chol, square = spread * spread, log_det = 0, quad = 0;
    memset(gram, 0, sizeof(double) * (size_t)m * m);
    int j = 0;
    for (; j + 4 <= s->n; j += 4) { /* four rows at once: one load and store of the sum for four products */
        const double *a = s->white + (size_t)j * m, *b = a + m, *c = b + m, *d = c + m;
        for (int i = 0; i < m; i++) {
            double ai = a[i], bi = b[i], ci = c[i], di = d[i], *g = gram + (size_t)i * m;
            if (ai == 0 && bi == 0 && ci == 0 && di == 0) continue;
            for (int o = 0; o <= i; o++) g[o] += ai * a[o] + bi * b[o] + ci * c[o] + di * d[o];
        }
    }
    for (; j < s->n; j++) {
        const double *w = s->white + (size_t)j * m;
        for (int i = 0; i < m; i++)
            for (int o = 0; o <= i; o++) gram[(size_t)i * m + o] += w[i] * w[o];
    }
    for (int i = 0; i < k; i++)
        for (int o = 0; o <= i; o++) l[i * m + o] = gram[i * m + o] / square + (i == o);
    for (int i = 0; i < k; i++) {
        for (int o = 0; o < i; o++) {
            double v = l[i * m + o];
            for (int q = 0; q < o; q++) v -= l[i * m + q] * l[o * m + q];
            l[i * m + o] = v / l[o * m + o];
        }
        double v = l[i * m + i];
        for (int q = 0; q < i; q++) v -= l[i * m + q] * l[i * m + q];
        if (!(v > 0)) return NAN;
        l[i * m + i] = sqrt(v);
        log_det += 2 * log(l[i * m + i]);
    }
    double *inv = s->cov, *u = s->tmp; /* inverse of L into the lower part, then L^-T L^-1 */
    for (int i = 0; i < k; i++) {
        for (int o = 0; o < i; o++) {
            double v = 0;
            for (int q = o; q < i; q++) v -= l[i * m + q] * inv[q * m + o];
            inv[i * m + o] = v / l[i * m + i];
        }
        inv[i * m + i] = 1 / l[i * m + i];
    }
    const double *shift = gram + (size_t)k * m;
    for (int i = 0; i < k; i++) {
        double v = 0;
        for (int q = 0; q <= i; q++) v += inv[i * m + q] * shift[q] / square;
        u[i] = v; quad += v * v;
    }
    for (int i = 0; i < k; i++) {
        double v = 0;
        for (int q = i; q < k; q++) v += inv[q * m + i] * u[q];
        s->mean[i] = v;
    }
    for (int i = 0; i < k; i++) /* covariance in place: row i, o <= i needs rows q >= i only */
        for (int o = 0; o <= i; o++) {
            double v = 0;
            for (int q = i; q < k; q++) v += inv[q * m + i] * inv[q * m + o];
            l[o * m + i] = v; /* upper triangle of chol is free */
            if (o == i) s->shift[i] = v;
        }
    for (int i = 0; i < k; i++) {
        s->cov[i * m + i] = s->shift[i];
        for (int o = 0; o < i; o++) s->cov[i * m + o] = s->cov[o * m + i] = l[o * m + i];
    }
    double residual = gram[(size_t)k * m + k];
    return -0.5 * (residual / square - quad + log_det + count * (log(2 * M_PI) + log(square))) - log_sd;
}

/* Transpose of the whitening: back = Sigma^-1 cols; pull = minus the smoother's vector of each row. */
static void unwhiten(const Patient *p, Scratch *s, double *diagonal, double *pull_variance) {
    int m = s->m;
    for (int ch = 0; ch < p->channels; ch++) {
        double *adjoint = s->state + (size_t)ch * m, variance = 0;
        memset(adjoint, 0, sizeof(double) * m);
        for (int j = p->n - 1; j >= 0; j--) {
            if (p->channel[j] != ch) continue;
            double *white = s->white + (size_t)j * m, *back = s->back + (size_t)j * m, *pull = s->pull + (size_t)j * m;
            double gain = s->gain[j], root = s->f[j] > 0 ? 1 / sqrt(s->f[j]) : 0, rho = s->rho[j];
            for (int i = 0; i < m; i++) {
                double e = white[i] * root;
                back[i] = gain * adjoint[i] + e;
                pull[i] = (1 - gain) * adjoint[i] - e;
                adjoint[i] = rho * pull[i];
            }
            diagonal[j] = root * root + gain * gain * variance;
            pull_variance[j] = root * root + (1 - gain) * (1 - gain) * variance;
            variance = rho * rho * pull_variance[j];
        }
    }
}

static double quadratic(const double *row, const double *cov, int k, int m) {
    double total = 0;
    for (int i = 0; i < k; i++) {
        double v = 0;
        if (row[i] == 0) continue;
        for (int o = 0; o < k; o++) v += cov[i * m + o] * row[o];
        total += row[i] * v;
    }
    return total;
}

/* Gradient of the node's log likelihood by Fisher's identity; drift times by a finite difference. */
static void gradient(const Patient *p, double *theta, double half_loss, double deviate, Scratch *s, double log_likelihood,
                     int count, double *diagonal, double *pull_variance, double *grad) {
    int k = s->k, m = s->m, first = p->channels;
    double spread = exp(exp(theta[SPREAD]) * deviate), square = spread * spread, kappa = exp(theta[KAPPA]);
    double sd_a = exp(theta[SD_AMPLITUDE]), sd_p = exp(theta[SD_PLACEBO]), sd_ca = exp(theta[SD_CYCLE_AMPLITUDE]);
    double sd_ch = exp(theta[SD_CYCLE_HALF_LOSS]), sum_squares = s->gram[(size_t)k * m + k];
    const double *cov = s->cov, *mean = s->mean;
    for (int i = 0; i < k; i++) {
        sum_squares -= 2 * mean[i] * s->gram[(size_t)k * m + i];
        for (int o = 0; o < k; o++) {
            double g = o <= i ? s->gram[i * m + o] : s->gram[o * m + i];
            sum_squares += g * (mean[i] * mean[o] + cov[i * m + o]);
        }
    }
    grad[SPREAD] += log(spread) * (sum_squares / square - count);
    unwhiten(p, s, diagonal, pull_variance);
    for (int j = 0; j < p->n; j++) {
        int ch = p->channel[j];
        const double *t = of_channel(p, theta, ch), *row = s->cols + (size_t)j * m;
        double *gch = grad + COMMON + PER_CHANNEL * ch, *pull = s->pull + (size_t)j * m, *back = s->back + (size_t)j * m;
        double r = p->reference[ch], f = r * exp(t[EFFECT]), base = r * exp(t[SD_BASELINE]);
        double q = back[k], lp = pull[k], q2 = 0, lp2 = quadratic(pull, cov, k, m), *gl = s->tmp;
        for (int i = 0; i < k; i++) lp -= pull[i] * mean[i];
        lp /= square;
        lp2 = lp * lp + lp2 / (square * square);
        gch[SD_DRIFT] += s->innovation[j] * (square * lp2 - pull_variance[j]);
        if (p->weight[j] <= 0) continue;
        for (int i = 0; i < k; i++) q -= back[i] * mean[i];
        q /= square;
        for (int i = 0; i < k; i++) {
            double v = 0;
            for (int o = 0; o < k; o++) v += back[o] * cov[o * m + i];
            q2 += back[i] * v;
            gl[i] = q * mean[i] - v / square;
        }
        q2 = q * q + q2 / (square * square);
        gch[SIGMA] += s->noise[j] * (square * q2 - diagonal[j]);
        double reach = s->reach[j], plc = s->placebo[j], treat = -f * (s->effect[j] + theta[PLACEBO] * plc) * q;
        gch[MEAN_BASELINE] += r * q;
        gch[SD_BASELINE] += row[ch] * gl[ch];
        grad[COUPLING] -= base * reach * gl[ch];
        grad[COUPLING_PLACEBO] -= base * plc * gl[ch];
        grad[SD_AMPLITUDE] += row[first] * gl[first];
        grad[SD_PLACEBO] += row[first + 1] * gl[first + 1];
        grad[SD_SLOPE] += row[first + 2] * gl[first + 2];
        grad[SD_EARLY] += row[first + 3] * gl[first + 3];
        grad[PLACEBO] -= f * plc * q;
        double by_placebo = -f * theta[PLACEBO] * q - base * theta[COUPLING_PLACEBO] * gl[ch] - f * sd_p * gl[first + 1];
        grad[PLACEBO_DECAY] += by_placebo * s->placebo_slope[j];
        treat += row[first] * gl[first] + row[first + 1] * gl[first + 1] + row[first + 3] * gl[first + 3];
        for (int c = 0; c < p->cycles; c++) {
            size_t i = (size_t)j * p->cycles + c;
            double lost = s->lost[i], by_lost = f * q;
            if (lost > 0) {
                grad[AFTER] += by_lost * lost;
                grad[AFTER_DOSE] += by_lost * lost * log(p->ratio[c]);
            }
            if (s->g[i] == 0 && s->slope[i] == 0) continue;
            int ca = first + 4 + 2 * c, chh = ca + 1;
            double g = s->g[i], slope = s->slope[i], lifted = s->lifted[c], ratio = p->ratio[c];
            grad[SD_CYCLE_AMPLITUDE] += row[ca] * gl[ca];
            grad[SD_CYCLE_HALF_LOSS] += row[chh] * gl[chh];
            treat += row[ca] * gl[ca] + row[chh] * gl[chh];
            double dg = -f * s->amplitude[c] * q - base * theta[COUPLING] * gl[ch] - f * sd_a * gl[first] - f * sd_ca * gl[ca];
            double ds = f * lifted * p->off_time[c] * q - f * sd_ch * lifted * gl[chh];
            double da = -f * (g - slope * p->off_time[c]) * q - f * sd_ch * slope * gl[chh];
            double moved = dg - by_lost * s->after[c] * p->ebb[i];
            double dt = moved * slope - ds * s->bend[i] * slope;
            double *gp = grad + COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->product[c];
            double amount = of_product(p, theta, p->product[c])[AMPLITUDE];
            grad[STEEPNESS] += -moved * slope * s->log_x[i] + ds * slope * (1 + s->log_x[i] * s->bend[i]);
            grad[ONSET] += (dg * g + ds * slope + by_lost * s->after[c] * lost) * s->rise[i];
            gp[HALF_LOSS] += dt;
            grad[DURATION] += dt * log(ratio);
            grad[SD_HALF_LOSS] += dt * exp(theta[SD_HALF_LOSS]) * half_loss;
            gp[AMPLITUDE] += da * s->dose[c];
            grad[KAPPA] += da * amount * ratio * kappa * (ratio - 1) / ((ratio + kappa) * (ratio + kappa));
        }
        gch[EFFECT] += treat;
    }
    (void)log_likelihood;
    for (int ch = 0; ch < p->channels; ch++) {
        double *time = theta + COMMON + PER_CHANNEL * ch + DRIFT_TIME, kept = *time, up, down;
        *time = kept + TAU_STEP; up = integrate(s, spread, whiten(p, theta, s), count);
        *time = kept - TAU_STEP; down = integrate(s, spread, whiten(p, theta, s), count);
        *time = kept;
        grad[COMMON + PER_CHANNEL * ch + DRIFT_TIME] += (up - down) / (2 * TAU_STEP);
    }
}

/* What the model predicts at the rows of weight 0, in their order: score's centre, variance of the state, error
 * variance; and the gain by treatment: centre and variance. */
static void predict(const Patient *p, const double *theta, Scratch *s, double spread, const double *pull_variance,
                    double *out) {
    int k = s->k, m = s->m, first = p->channels;
    double square = spread * spread, *direction = s->tmp;
    for (int j = 0; j < p->n; j++) {
        if (p->weight[j] > 0) continue;
        int ch = p->channel[j];
        const double *row = s->cols + (size_t)j * m, *t = of_channel(p, theta, ch);
        const double *before = s->before + (size_t)j * m, *pull = s->pull + (size_t)j * m;
        double ahead = s->predicted[j], r = p->reference[ch], f = r * exp(t[EFFECT]);
        /* a place has no score: its residual column is minus the mean */
        double centre = -row[k] + before[k] - ahead * pull[k];
        for (int i = 0; i < k; i++) {
            direction[i] = row[i] - (before[i] - ahead * pull[i]);
            centre += direction[i] * s->mean[i];
        }
        out[0] = centre;
        out[1] = quadratic(direction, s->cov, k, m) + square * (ahead - ahead * ahead * pull_variance[j]);
        out[2] = square * s->noise[j];
        double gain = f * (s->effect[j] + theta[PLACEBO] * s->placebo[j]);
        for (int i = 0; i < k; i++) {
            direction[i] = i < first || i == first + 2 || i == first + 3 ? 0 : -row[i];
            if (i == ch)
                direction[i] = r * exp(t[SD_BASELINE]) * (theta[COUPLING] * s->reach[j] + theta[COUPLING_PLACEBO] * s->placebo[j]);
            gain += direction[i] * s->mean[i];
        }
        out[3] = gain;
        out[4] = quadratic(direction, s->cov, k, m);
        out += 5;
    }
}

/* Expected square of each row's error beside its usual variance; 0 for places to predict. */
static void surprise(const Patient *p, const double *theta, const Scratch *s, double spread, const double *diagonal,
                     double *out) {
    int k = s->k, m = s->m;
    double square = spread * spread;
    for (int j = 0; j < p->n; j++) {
        out[j] = 0;
        if (p->weight[j] <= 0) continue;
        const double *back = s->back + (size_t)j * m;
        double noise = s->noise[j], q = back[k], usual = p->reference[p->channel[j]] * exp(of_channel(p, theta, p->channel[j])[SIGMA]);
        for (int i = 0; i < k; i++) q -= back[i] * s->mean[i];
        double variance = square * (noise - noise * noise * diagonal[j]) + noise * noise * quadratic(back, s->cov, k, m);
        out[j] = (noise * noise * q * q + variance) / (square * usual * usual);
    }
}

static int seen_rows(const Patient *p) {
    int count = 0;
    for (int j = 0; j < p->n; j++) count += p->weight[j] > 0;
    return count;
}

static int parameters(const Patient *p) { return COMMON + PER_CHANNEL * p->channels + PER_PRODUCT * p->products; }

/* SHA-256 of the source this library was built from; the loader takes no other. */
const char *reprieve_digest(void) { return REPRIEVE_DIGEST; }

/* Evaluate `nodes` nodes; optional outputs may be NULL. Returns 0, or 1 without memory. */
int reprieve_nodes(int n, int cycles, int channels, int products, int family, const double *week, const double *score,
                   const double *weight, const int *channel, const double *start, const double *ratio,
                   const double *with_placebo, const int *product, const double *off_time, const double *off_amplitude,
                   const double *reference, int nodes, const double *theta, const double *half_loss,
                   const double *deviate, const int *responds, double *log_likelihood, double *mean, double *covariance,
                   double *targets, double *grad, double *surprises) {
    Patient p = {n, cycles, channels, products, family, week, score, weight, channel, start, ratio, with_placebo,
                 product, off_time, off_amplitude, reference, NULL, NULL, NULL};
    Scratch s;
    int size = parameters(&p), count = seen_rows(&p), places = n - count;
    double *memory = malloc(sizeof(double) * (scratch_size(&p) + 3 * (size_t)n + 2 * (size_t)n * cycles + (size_t)size));
    if (!memory) return 1;
    lay_out(&s, memory, &p);
    double *diagonal = memory + scratch_size(&p), *pull_variance = diagonal + n, *own = pull_variance + n;
    p.early = own + size; p.log_since = p.early + n; p.ebb = p.log_since + (size_t)n * cycles;
    courses(&p);
    for (int g = 0; g < nodes; g++) {
        memcpy(own, theta + (size_t)g * size, sizeof(double) * size);
        double spread = exp(exp(own[SPREAD]) * deviate[g]);
        design(&p, own, half_loss[g], responds[g], &s);
        double log_sd = whiten(&p, own, &s), value = integrate(&s, spread, log_sd, count);
        log_likelihood[g] = isfinite(value) ? value : -1e300;
        int k = s.k, m = s.m;
        if (mean) memcpy(mean + (size_t)g * k, s.mean, sizeof(double) * k);
        if (covariance)
            for (int i = 0; i < k; i++) memcpy(covariance + ((size_t)g * k + i) * k, s.cov + i * m, sizeof(double) * k);
        if (surprises || (targets && places)) unwhiten(&p, &s, diagonal, pull_variance);
        if (surprises) surprise(&p, own, &s, spread, diagonal, surprises + (size_t)g * n);
        if (targets && places) {
            predict(&p, own, &s, spread, pull_variance, targets + (size_t)g * places * 5);
        }
        if (grad) {
            double *mine = grad + (size_t)g * size;
            memset(mine, 0, sizeof(double) * size);
            gradient(&p, own, half_loss[g], deviate[g], &s, value, count, diagonal, pull_variance, mine);
        }
    }
    free(memory);
    return 0;
}
