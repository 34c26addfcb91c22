// SPDX-License-Identifier: Apache-2.0
// Numeric kernels. All arrays are dense; sizes are counted in elements; nothing here allocates unless it says so.
// Sums use a fixed number of lanes in a fixed order: the result depends neither on alignment nor on the processor,
// except for ek_sgemm and its users, whose result is fixed for one backend (ek_backend).
#ifndef ENGRAM_CKERNELS_H
#define ENGRAM_CKERNELS_H
#include <stddef.h>
#include <stdint.h>

// Vectors (vectors.c)
void ek_axpy(size_t n, float a, const float *x, float *y);             // y += a x
void ek_scale(size_t n, float a, float *x);                            // x *= a
double ek_dot(size_t n, const float *x, const float *y);               // float64 sum
void ek_subtract(size_t n, const float *a, const float *b, float *out); // out = a - b
int ek_is_finite(size_t n, const float *x);                            // 1 when no NaN and no infinity
void ek_accumulate(size_t n, const float *x, double weight, double *sum); // sum += weight x
void ek_narrow(size_t n, const double *x, double factor, float *out);  // out = (float)(factor x)

// Conversions (convert.c); src may have any alignment
void ek_half_to_float(size_t n, const uint8_t *src, float *dst);
void ek_float_to_half(size_t n, const float *src, uint8_t *dst);       // round to nearest even, overflow to infinity
void ek_bytes_to_float(size_t n, const uint8_t *src, float scale, float offset, float *dst); // dst = src * scale + offset
void ek_gather_float(size_t rows, size_t d, const ptrdiff_t *row, const float *src, float *dst);
void ek_gather_bytes(size_t rows, size_t d, const ptrdiff_t *row, const uint8_t *src, float scale, float offset, float *dst);

// Projection (projection.c): flips n signs by the bits of SplitMix64(seed + word), pads with zeros to size (a power
// of two), and applies the unnormalised Walsh-Hadamard transform in place.
void ek_signed_hadamard(size_t n, const float *x, uint64_t seed, size_t size, float *work);

// Layers (kernels.c)
void ek_bias(size_t rows, size_t d, const float *bias, int relu, float *z); // z += bias per row, then max(0, z) if relu
void ek_relu_mask(size_t n, const float *activation, float *gradient);  // gradient = 0 where activation <= 0
void ek_column_sums(size_t rows, size_t d, const float *g, float *out); // out = sum over rows
// The three losses: z holds the outputs and receives d(mean loss)/dz = (…) * scale; the return value is the loss summed over
// rows.
double ek_softmax_loss(size_t rows, size_t classes, float scale, const int32_t *label, float *z);
double ek_squared_loss(size_t rows, float scale, const float *target, float *z);   // one half of the square
double ek_logistic_loss(size_t rows, float scale, const int32_t *label, float *z);
void ek_argmax(size_t rows, size_t d, const float *z, int32_t *out);    // the first of equals
// w -= rate * v with v = momentum * v + (g + decay * w + pull * (w - anchor) + correction); velocity, anchor and correction may
// be null.
void ek_sgd(size_t n, float *w, const float *g, float *velocity, const float *anchor, const float *correction, float rate,
            float momentum, float decay, float pull);

// Normalisation by columns (norm.c); matrices are row-major [rows, d]
// out = x weight + bias, then max(0, out) if relu
void ek_affine(size_t rows, size_t d, const float *x, const float *weight, const float *bias, int relu, float *out);
void ek_scale_columns(size_t rows, size_t d, const float *weight, float *x); // x *= weight
// The way back through x' = x weight + bias and a layer w [out, d] on x': dw comes in as the layer's gradient for plain x and
// goes out as that for x'; dbias is the layer's bias gradient; dscale and dshift become the gradients of weight and bias.
void ek_affine_back(size_t out, size_t d, const float *w, const float *weight, const float *bias, const float *dbias, float *dw,
                    float *dscale, float *dshift);
void ek_column_dots(size_t rows, size_t d, const float *g, const float *x, float *out); // out = sum over rows of g x
// The mean and the population variance of each column, summed in float64.
void ek_column_moments(size_t rows, size_t d, const float *z, float *mean, float *variance);
// z = (z - mean) inverse, with inverse = 1 / sqrt(variance + epsilon), which is written too; a variance below 0 counts as 0.
void ek_standardise(size_t rows, size_t d, const float *mean, const float *variance, float epsilon, float *inverse, float *z);
// The way back through x^ = (z - mean) inverse, y = weight x^ + bias: g = weight inverse (g - share (dbias + x^ dweight)).
// share is 1 / rows when mean and variance are the batch's own, 0 when they are constants.
void ek_standardise_back(size_t rows, size_t d, const float *weight, const float *inverse, const float *normalised,
                         const float *dweight, const float *dbias, float share, float *g);

// Float64 normal equations (ridge.c): gram (d+1)x(d+1) upper triangle += [x 1]^T [x 1]; cross (d+1)xk += [x 1]^T y
void ek_gram(size_t rows, size_t d, size_t k, const float *x, const float *y, double *gram, double *cross);
// Cholesky of the upper triangle in place (n x n, row-major), then solves for k right-hand sides. 0 = not positive definite.
int ek_cholesky_solve(size_t n, size_t k, double *a, double *b);

// Matrix product (blas.c): C[m,n] = alpha op(A)[m,k] op(B)[k,n] + beta C, row-major; transpose flags are 0 or 1.
// The first call chooses the backend for the life of the process, calls ek_keep_memory and may allocate.
void ek_sgemm(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
              const float *b, size_t ldb, float beta, float *c, size_t ldc);
void ek_sgemm_builtin(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
                      const float *b, size_t ldb, float beta, float *c, size_t ldc);
const char *ek_backend(void);       // chooses if that has not been done; static text such as "OpenBLAS SkylakeX"
// Lets the allocator keep up to 32 MB of freed memory (of each of its arenas) instead of returning it to the system.
void ek_keep_memory(void);
const char *ek_builtin_name(void);  // "avx512", "avx2" or "portable"
#endif
