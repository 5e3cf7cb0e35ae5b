// Both precisions under the same names: each operation is rounded once, to nearest, ties to even.
// What has no name here is +, - and *, which the compiler must not contract, and the division of
// doubles.

__device__ inline double fused(double a, double b, double c) {
    return __fma_rn(a, b, c);
}

__device__ inline float fused(float a, float b, float c) {
    return __fmaf_rn(a, b, c);
}

__device__ inline double root(double square) {
    return __dsqrt_rn(square);
}

__device__ inline float root(float square) {
    return __fsqrt_rn(square);
}
