// SPDX-License-Identifier: Apache-2.0
#include "algebra.h"
#include "clones.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { LANES = 16, STRIPE = 64 };

#define INLINE __attribute__((always_inline)) static inline

INLINE double dot(size_t n, const double *x, const double *y) {
    double lane[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int j = 0; j < LANES; j++) lane[j] += x[i + j] * y[i + j];
    double sum = 0;
    for (; i < n; i++) sum += x[i] * y[i];
    for (int j = 0; j < LANES; j++) sum += lane[j];
    return sum;
}

INLINE void add_scaled(size_t n, double a, const double *restrict x, double *restrict y) {
    for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

// low' = c low - s high, high' = s low + c high
INLINE void rotate(size_t n, double c, double s, double *restrict low, double *restrict high) {
    for (size_t i = 0; i < n; i++) {
        double x = low[i], y = high[i];
        low[i] = c * x - s * y;
        high[i] = s * x + c * y;
    }
}

static double largest(size_t n, const double *x) {
    double top = 0;
    for (size_t i = 0; i < n; i++) top = fmax(top, fabs(x[i]));
    return top;
}

// The power of two that brings `top` to 0.5...1, so that squares neither overflow nor vanish; 1 for zero.
static double unit_scale(double top) {
    int exponent = 0;
    frexp(top, &exponent);
    // Beyond that the factor itself would overflow; such a matrix is scaled as far as it goes.
    return top > 0 ? ldexp(1, exponent < -1000 ? 1000 : -exponent) : 1;
}

CLONES void ek_add_scaled(size_t n, double a, const double *x, double *y) { add_scaled(n, a, x, y); }

CLONES int ek_is_finite64(size_t n, const double *x) {
    int bad = 0;
    for (size_t i = 0; i < n; i++) bad |= !(fabs(x[i]) <= DBL_MAX);
    return !bad;
}

CLONES void ek_row_squares(size_t rows, size_t columns, const double *a, double *squares) {
    for (size_t i = 0; i < rows; i++) squares[i] = dot(columns, a + i * columns, a + i * columns);
}

void ek_transpose(size_t rows, size_t columns, const double *a, double *out) {
    enum { TILE = 16 };
    for (size_t i0 = 0; i0 < rows; i0 += TILE)
        for (size_t j0 = 0; j0 < columns; j0 += TILE)
            for (size_t i = i0; i < rows && i < i0 + TILE; i++)
                for (size_t j = j0; j < columns && j < j0 + TILE; j++) out[j * rows + i] = a[i * columns + j];
}

// ---- Product: tiles of 4 x 8 sums, the eight columns of b packed beside each other.

typedef double eight __attribute__((vector_size(64), aligned(8)));

INLINE void tile(const int rows, size_t k, const double *a, const double *panel, size_t width, double *c, size_t ldc) {
    eight sum[4];
    for (int i = 0; i < rows; i++) sum[i] = (eight){0};
    for (size_t p = 0; p < k; p++) {
        eight right = *(const eight *)(panel + 8 * p);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) sum[i] += right * a[i * k + p];
    }
    for (int i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) c[i * ldc + j] += sum[i][j];
}

CLONES void ek_product(size_t m, size_t k, size_t n, const double *a, const double *b, double *c, double *panel) {
    for (size_t j = 0; j < n; j += 8) {
        size_t width = n - j < 8 ? n - j : 8;
        for (size_t p = 0; p < k; p++)
            for (size_t q = 0; q < 8; q++) panel[8 * p + q] = q < width ? b[p * n + j + q] : 0;
        size_t i = 0;
        for (; i + 4 <= m; i += 4) tile(4, k, a + i * k, panel, width, c + i * n + j, n);
        for (; i < m; i++) tile(1, k, a + i * k, panel, width, c + i * n + j, n);
    }
}

// ---- Symmetric eigenvalues: Householder reduction from the last row up (as EISPACK's tred2), implicit QL (as its tql2).

// Leaves the reflection I - beta v v^T of step i in a[i][0..<i] and beta[i]; off[i] couples i - 1 and i.
CLONES static void tridiagonalise(size_t n, double *a, double *diagonal, double *off, double *beta, double *p) {
    beta[0] = off[0] = 0;
    for (size_t i = n - 1; i > 0; i--) {
        double *v = a + i * n;
        double last = v[i - 1], rest = dot(i - 1, v, v), length = sqrt(rest + last * last);
        diagonal[i] = v[i];
        beta[i] = 0;
        off[i] = last;
        // Nothing left of the diagonal's neighbour, or nothing that counts beside entries of about 1.
        if (rest == 0 || length < 1e-140) continue;
        off[i] = last > 0 ? -length : length;
        v[i - 1] = last - off[i];
        beta[i] = 1 / (length * (length + fabs(last)));
        // The leading block B, of which only the lower triangle is kept, becomes B - v w^T - w v^T.
        memset(p, 0, i * sizeof *p);
        for (size_t r = 0; r < i; r++) {
            const double *row = a + r * n;
            p[r] += dot(r + 1, row, v);
            add_scaled(r, v[r], row, p);
        }
        for (size_t r = 0; r < i; r++) p[r] *= beta[i];
        add_scaled(i, -0.5 * beta[i] * dot(i, p, v), v, p);
        for (size_t r = 0; r < i; r++) {
            double *row = a + r * n;
            add_scaled(r + 1, -v[r], p, row);
            add_scaled(r + 1, -p[r], v, row);
        }
    }
    diagonal[0] = a[0];
}

// The product of all reflections, transposed: row by row, each touches a leading block only.
CLONES static void accumulate(size_t n, const double *a, const double *beta, double *vectors) {
    memset(vectors, 0, n * n * sizeof *vectors);
    for (size_t i = 0; i < n; i++) vectors[i * n + i] = 1;
    for (size_t i = 1; i < n; i++) {
        if (beta[i] == 0) continue;
        const double *v = a + i * n;
        for (size_t r = 0; r < i; r++) {
            double *row = vectors + r * n;
            add_scaled(i, -beta[i] * dot(i, row, v), v, row);
        }
    }
}

// Rotations (c, s, row) are collected over several sweeps and applied to a stripe of columns at a time, which stays in the cache.
CLONES static void rotate_rows(size_t count, const double *list, size_t n, double *vectors) {
    for (size_t from = 0; from < n; from += STRIPE) {
        size_t width = n - from < STRIPE ? n - from : STRIPE;
        for (size_t k = 0; k < count; k++) {
            double *low = vectors + (size_t)list[3 * k + 2] * n + from;
            rotate(width, list[3 * k], list[3 * k + 1], low, low + n);
        }
    }
}

// d: diagonal, e[i]: the coupling of i and i + 1.
static int implicit_ql(size_t n, double *d, double *e, double *vectors, double *list) {
    const size_t room = EK_EIGEN_WORK / 3;
    size_t kept = 0;
    // Couplings this small count as none. To ask for more beside small diagonal entries would be in vain: rounding makes
    // couplings of this size in each sweep, where the matrix has large entries too.
    double none = 0;
    for (size_t i = 0; i < n; i++) none = fmax(none, DBL_EPSILON * (fabs(d[i]) + fabs(e[i])));
    for (size_t l = 0; l < n; l++) {
        for (int tries = 0;; tries++) {
            size_t m = l;
            while (m + 1 < n && fabs(e[m]) > none) m++;
            if (m == l) break;
            if (tries == 60) return 0;
            double g = (d[l + 1] - d[l]) / (2 * e[l]), r = sqrt(g * g + 1), s = 1, c = 1, p = 0;
            g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r));
            size_t i = m;
            while (i-- > l) {
                double f = s * e[i], b = c * e[i];
                r = sqrt(f * f + g * g);
                e[i + 1] = r;
                if (r == 0) break;
                s = f / r;
                c = g / r;
                g = d[i + 1] - p;
                r = (d[i] - g) * s + 2 * c * b;
                p = s * r;
                d[i + 1] = g + p;
                g = c * r - b;
                list[3 * kept] = c;
                list[3 * kept + 1] = s;
                list[3 * kept + 2] = (double)i;
                if (++kept == room) {
                    rotate_rows(kept, list, n, vectors);
                    kept = 0;
                }
            }
            // `i` has passed l (and wrapped, for l = 0) unless the coupling vanished on the way.
            if (i + 1 > l) {
                d[i + 1] -= p;
                e[m] = 0;
                continue;
            }
            d[l] -= p;
            e[l] = g;
            e[m] = 0;
        }
    }
    rotate_rows(kept, list, n, vectors);
    return 1;
}

int ek_symmetric_eigen(size_t n, double *a, double *values, double *vectors, double *work) {
    if (n == 0) return 1;
    double *off = work, *beta = work + n, *p = work + 2 * n, *list = work + 3 * n;
    double top = 0;
    for (size_t i = 0; i < n; i++) top = fmax(top, largest(i + 1, a + i * n));
    double scale = unit_scale(top);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) a[i * n + j] *= scale;
    tridiagonalise(n, a, values, off, beta, p);
    accumulate(n, a, beta, vectors);
    memmove(off, off + 1, (n - 1) * sizeof *off);
    off[n - 1] = 0;
    int done = implicit_ql(n, values, off, vectors, list);
    for (size_t i = 0; i < n; i++) values[i] /= scale;
    return done;
}

// ---- Orthogonal rows.

CLONES int ek_orthogonalise(size_t k, size_t m, double *w, size_t n, double *v, double *squares) {
    const double tolerance = DBL_EPSILON * sqrt((double)m);
    for (int sweep = 0; sweep < 60; sweep++) {
        int turned = 0;
        for (size_t i = 0; i < k; i++) squares[i] = dot(m, w + i * m, w + i * m);
        for (size_t i = 0; i < k; i++)
            for (size_t j = i + 1; j < k; j++) {
                double *x = w + i * m, *y = w + j * m, product = dot(m, x, y);
                if (!(fabs(product) > tolerance * sqrt(squares[i]) * sqrt(squares[j]))) continue;
                double zeta = (squares[j] - squares[i]) / (2 * product);
                double t = 1 / (fabs(zeta) + sqrt(1 + zeta * zeta));
                if (zeta < 0) t = -t;
                double c = 1 / sqrt(1 + t * t);
                rotate(m, c, c * t, x, y);
                rotate(n, c, c * t, v + i * n, v + j * n);
                squares[i] = dot(m, x, x);
                squares[j] = dot(m, y, y);
                turned = 1;
            }
        if (!turned) return 1;
    }
    return 0;
}

CLONES size_t ek_orthonormalise(size_t k, size_t n, double *x, double tolerance) {
    size_t kept = 0;
    for (size_t i = 0; i < k; i++) {
        double *row = x + kept * n;
        if (kept != i) memcpy(row, x + i * n, n * sizeof *row);
        double scale = unit_scale(largest(n, row));
        for (size_t j = 0; j < n; j++) row[j] *= scale;
        double before = sqrt(dot(n, row, row));
        // Twice is enough (Giraud, Langou & Rozloznik 2005).
        for (int pass = 0; pass < 2; pass++)
            for (size_t j = 0; j < kept; j++) add_scaled(n, -dot(n, x + j * n, row), x + j * n, row);
        double after = sqrt(dot(n, row, row));
        if (!(after > tolerance * before)) continue;
        for (size_t j = 0; j < n; j++) row[j] /= after;
        kept++;
    }
    return kept;
}

void ek_orient(size_t k, size_t n, double *x, size_t m, double *y) {
    for (size_t i = 0; i < k; i++, x += n, y += m) {
        size_t top = 0;
        for (size_t j = 1; j < n; j++)
            if (fabs(x[j]) > fabs(x[top])) top = j;
        if (n == 0 || x[top] >= 0) continue;
        for (size_t j = 0; j < n; j++) x[j] = -x[j];
        for (size_t j = 0; j < m; j++) y[j] = -y[j];
    }
}
