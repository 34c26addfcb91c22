// SPDX-License-Identifier: Apache-2.0
// Float64 linear algebra of small dense matrices (up to some 1,300 rows). Matrices are row-major and vectors are rows, so that
// every inner loop runs along memory. Nothing allocates; results are the same bits on every machine. Arguments are finite
// unless it says so.
#ifndef ENGRAM_ALGEBRA_H
#define ENGRAM_ALGEBRA_H
#include <stddef.h>

void ek_add_scaled(size_t n, double a, const double *x, double *y);   // y += a x
int ek_is_finite64(size_t n, const double *x);                        // 1 when no NaN and no infinity
void ek_row_squares(size_t rows, size_t columns, const double *a, double *squares); // squared lengths
void ek_transpose(size_t rows, size_t columns, const double *a, double *out);
// c[m,n] += a[m,k] b[k,n]; each sum runs over k in order. `panel` has room for 8 k numbers.
void ek_product(size_t m, size_t k, size_t n, const double *a, const double *b, double *c, double *panel);

// Eigenvalues and orthonormal eigenvectors (rows of `vectors`, in no order) of the symmetric matrix whose lower triangle is in
// a[n,n], which is destroyed. `work` has room for 3 n + EK_EIGEN_WORK numbers. 0 = no convergence, 1 = done.
enum { EK_EIGEN_WORK = 3 * 16384 };
int ek_symmetric_eigen(size_t n, double *a, double *values, double *vectors, double *work);

// Makes the rows of w[k,m] orthogonal to working precision by plane rotations, which also turn the rows of v[k,n] (one-sided
// Jacobi). `squares` receives the rows' squared lengths. 0 = no convergence.
int ek_orthogonalise(size_t k, size_t m, double *w, size_t n, double *v, double *squares);

// Replaces the rows of x[k,n] by an orthonormal basis of their span and returns its size; a row of which less than `tolerance`
// of its length is left after the projection on the rows before it is dropped.
size_t ek_orthonormalise(size_t k, size_t n, double *x, double tolerance);

// Turns each row of x[k,n] so that its entry of largest magnitude (the first of equals) is positive; the rows of y[k,m] with it.
void ek_orient(size_t k, size_t n, double *x, size_t m, double *y);
#endif
