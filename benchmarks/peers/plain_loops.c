/* Training of a small network in plain C loops: the peer that the compiled engine is measured
 * against. tanh in every layer, squared error, gradient descent or Adam, double precision.
 *
 * Sizes are known at run time only. tanh is the C library's; nothing is blocked or unrolled by
 * hand. What lies in memory next to each other is a choice that no programmer escapes, and
 * neither choice is the better one for every batch size, so both are here:
 *
 *     ROWS     a[point][unit], inner loops over the units
 *     COLUMNS  a[unit][point], inner loops over the points of the batch
 *
 * Parameters are one vector: for each layer its weights (n_out, n_in) row by row, then its biases.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 0, COLUMNS = 1 };
enum { SGD = 0, ADAM = 1 };

typedef struct {
    int64_t n_layers;
    const int64_t *sizes; /* units of each layer, the inputs first */
    const int64_t *start; /* where the weights of each layer begin */
    double *theta, *gradient;
    double **a;     /* activations of each layer, the inputs' first */
    double **delta; /* dL/dz of each layer; none for the inputs */
} Network;

/* --- The order of an epoch: SplitMix64 and Fisher-Yates, the integers of nnviz/model/order.py */

static const uint64_t GOLDEN = 0x9E3779B97F4A7C15u;

static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void draw_order(int64_t n, uint64_t seed, uint64_t epoch, int64_t *order) {
    const uint64_t key = mix(mix(seed + GOLDEN) + (epoch + 1) * GOLDEN);
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        const uint64_t size = (uint64_t)i + 1;
        const int64_t j = (int64_t)(((mix(key + size * GOLDEN) >> 32) * size) >> 32);
        const int64_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* --- Points of a batch, one behind the other; order is NULL for the natural order */

static void gather(int layout, const double *from, const int64_t *order, int64_t first, int64_t m,
                   int64_t width, double *restrict to) {
    for (int64_t p = 0; p < m; p++) {
        const double *row = from + (order ? order[first + p] : first + p) * width;
        for (int64_t i = 0; i < width; i++) {
            if (layout == ROWS)
                to[p * width + i] = row[i];
            else
                to[i * m + p] = row[i];
        }
    }
}

/* --- Forward */

static void sums_rows(const double *restrict W, const double *restrict b, const double *restrict in,
                      double *restrict out, int64_t n_in, int64_t n_out, int64_t m) {
    for (int64_t p = 0; p < m; p++) {
        for (int64_t j = 0; j < n_out; j++) {
            double z = b[j];
            for (int64_t i = 0; i < n_in; i++) z += W[j * n_in + i] * in[p * n_in + i];
            out[p * n_out + j] = z;
        }
    }
}

static void sums_columns(const double *restrict W, const double *restrict b,
                         const double *restrict in, double *restrict out, int64_t n_in,
                         int64_t n_out, int64_t m) {
    for (int64_t j = 0; j < n_out; j++) {
        for (int64_t p = 0; p < m; p++) out[j * m + p] = b[j];
        for (int64_t i = 0; i < n_in; i++) {
            const double w = W[j * n_in + i];
            for (int64_t p = 0; p < m; p++) out[j * m + p] += w * in[i * m + p];
        }
    }
}

static void forward(int layout, const Network *net, int64_t m) {
    for (int64_t l = 0; l < net->n_layers; l++) {
        const int64_t n_in = net->sizes[l], n_out = net->sizes[l + 1];
        const double *W = net->theta + net->start[l], *b = W + n_out * n_in;
        double *out = net->a[l + 1];
        if (layout == ROWS)
            sums_rows(W, b, net->a[l], out, n_in, n_out, m);
        else
            sums_columns(W, b, net->a[l], out, n_in, n_out, m);
        for (int64_t k = 0; k < m * n_out; k++) out[k] = tanh(out[k]);
    }
}

/* --- Backward */

static void gradients_rows(const double *restrict delta, const double *restrict in,
                           double *restrict gW, double *restrict gb, int64_t n_in, int64_t n_out,
                           int64_t m) {
    memset(gW, 0, (size_t)(n_in * n_out) * sizeof *gW);
    memset(gb, 0, (size_t)n_out * sizeof *gb);
    for (int64_t p = 0; p < m; p++) {
        for (int64_t j = 0; j < n_out; j++) {
            const double d = delta[p * n_out + j];
            gb[j] += d;
            for (int64_t i = 0; i < n_in; i++) gW[j * n_in + i] += d * in[p * n_in + i];
        }
    }
}

static void gradients_columns(const double *restrict delta, const double *restrict in,
                              double *restrict gW, double *restrict gb, int64_t n_in, int64_t n_out,
                              int64_t m) {
    for (int64_t j = 0; j < n_out; j++) {
        double sum = 0.0;
        for (int64_t p = 0; p < m; p++) sum += delta[j * m + p];
        gb[j] = sum;
        for (int64_t i = 0; i < n_in; i++) {
            double product = 0.0;
            for (int64_t p = 0; p < m; p++) product += delta[j * m + p] * in[i * m + p];
            gW[j * n_in + i] = product;
        }
    }
}

static void errors_rows(const double *restrict W, const double *restrict delta,
                        double *restrict error, int64_t n_in, int64_t n_out, int64_t m) {
    memset(error, 0, (size_t)(n_in * m) * sizeof *error);
    for (int64_t p = 0; p < m; p++) {
        for (int64_t j = 0; j < n_out; j++) {
            const double d = delta[p * n_out + j];
            for (int64_t i = 0; i < n_in; i++) error[p * n_in + i] += d * W[j * n_in + i];
        }
    }
}

static void errors_columns(const double *restrict W, const double *restrict delta,
                           double *restrict error, int64_t n_in, int64_t n_out, int64_t m) {
    memset(error, 0, (size_t)(n_in * m) * sizeof *error);
    for (int64_t i = 0; i < n_in; i++) {
        for (int64_t j = 0; j < n_out; j++) {
            const double w = W[j * n_in + i];
            for (int64_t p = 0; p < m; p++) error[i * m + p] += w * delta[j * m + p];
        }
    }
}

static void backward(int layout, const Network *net, const double *targets, int64_t m) {
    const int64_t last = net->n_layers;
    const double *y = net->a[last];
    double *d = net->delta[last];
    for (int64_t k = 0; k < m * net->sizes[last]; k++)
        d[k] = (y[k] - targets[k]) * (1.0 - y[k] * y[k]) / (double)m;
    for (int64_t l = last - 1; l >= 0; l--) {
        const int64_t n_in = net->sizes[l], n_out = net->sizes[l + 1];
        const double *W = net->theta + net->start[l], *in = net->a[l], *delta = net->delta[l + 1];
        double *gW = net->gradient + net->start[l], *gb = gW + n_out * n_in;
        double *error = net->delta[l];
        if (layout == ROWS)
            gradients_rows(delta, in, gW, gb, n_in, n_out, m);
        else
            gradients_columns(delta, in, gW, gb, n_in, n_out, m);
        if (l == 0) break;
        if (layout == ROWS)
            errors_rows(W, delta, error, n_in, n_out, m);
        else
            errors_columns(W, delta, error, n_in, n_out, m);
        for (int64_t k = 0; k < m * n_in; k++) error[k] *= 1.0 - in[k] * in[k];
    }
}

/* --- Update */

static void sgd(double *restrict theta, const double *restrict g, int64_t n, double rate) {
    for (int64_t k = 0; k < n; k++) theta[k] -= rate * g[k];
}

static void adam(double *restrict theta, const double *restrict g, double *restrict first,
                 double *restrict second, int64_t n, double rate, int64_t t) {
    const double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8;
    const double correction_1 = 1.0 - pow(beta_1, (double)t);
    const double correction_2 = 1.0 - pow(beta_2, (double)t);
    for (int64_t k = 0; k < n; k++) {
        first[k] = beta_1 * first[k] + (1.0 - beta_1) * g[k];
        second[k] = beta_2 * second[k] + (1.0 - beta_2) * g[k] * g[k];
        theta[k] -= rate * (first[k] / correction_1) / (sqrt(second[k] / correction_2) + epsilon);
    }
}

/* --- Whole epochs from epoch 0 on. `theta` is changed in place; `first` and `second` are Adam's
 *     memory, as long as theta, 0 before. Returns 0, or 1 if there was not enough memory. */

int train(int layout, int optimizer, int64_t n_layers, const int64_t *sizes, int64_t n_points,
          const double *X, const double *T, int64_t batch, int shuffle, uint64_t seed,
          int64_t epochs, double rate, double *theta, double *first, double *second) {
    int64_t start[n_layers], n_parameters = 0, n_values = sizes[n_layers] * batch, t = 0;
    double *a[n_layers + 1], *delta[n_layers + 1];
    for (int64_t l = 0; l < n_layers; l++) {
        start[l] = n_parameters;
        n_parameters += sizes[l + 1] * (sizes[l] + 1);
    }
    for (int64_t l = 0; l <= n_layers; l++) n_values += 2 * sizes[l] * batch;

    int64_t *order = malloc((size_t)n_points * sizeof *order);
    double *gradient = malloc((size_t)n_parameters * sizeof *gradient);
    double *values = malloc((size_t)n_values * sizeof *values);
    if (!order || !gradient || !values) {
        free(order), free(gradient), free(values);
        return 1;
    }
    double *targets = values, *next = values + sizes[n_layers] * batch;
    for (int64_t l = 0; l <= n_layers; l++) {
        a[l] = next;
        delta[l] = next + sizes[l] * batch;
        next += 2 * sizes[l] * batch;
    }
    const Network net = {n_layers, sizes, start, theta, gradient, a, delta};

    for (int64_t epoch = 0; epoch < epochs; epoch++) {
        if (shuffle) draw_order(n_points, seed, (uint64_t)epoch, order);
        for (int64_t p = 0; p < n_points; p += batch) {
            const int64_t m = p + batch < n_points ? batch : n_points - p;
            gather(layout, X, shuffle ? order : NULL, p, m, sizes[0], a[0]);
            gather(layout, T, shuffle ? order : NULL, p, m, sizes[n_layers], targets);
            forward(layout, &net, m);
            backward(layout, &net, targets, m);
            t++;
            if (optimizer == SGD)
                sgd(theta, gradient, n_parameters, rate);
            else
                adam(theta, gradient, first, second, n_parameters, rate, t);
        }
    }
    free(order), free(gradient), free(values);
    return 0;
}
