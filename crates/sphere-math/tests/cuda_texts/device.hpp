// What a CUDA compiler has beyond C++, as far as the kernels use it: they then run on the processor, one
// thread after the other.

#include <cmath>
#include <cstdint>
#include <cstring>

#define __global__
#define __device__

struct uint4 {
    unsigned x, y, z, w;
};

struct Place {
    unsigned x;
};

static Place blockIdx, threadIdx, blockDim = {256};

static inline double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }
static inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
static inline double __dsqrt_rn(double a) { return std::sqrt(a); }
static inline float __fsqrt_rn(float a) { return std::sqrt(a); }

static inline double __longlong_as_double(long long bits) {
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

static inline long long __double_as_longlong(double value) {
    long long bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}

static inline unsigned __brev(unsigned word) {
    unsigned reversed = 0;
    for (int bit = 0; bit < 32; bit++) {
        reversed |= (word >> bit & 1) << (31 - bit);
    }
    return reversed;
}

typedef void Kernel(unsigned *out, uint4 header, const unsigned *parameters, const unsigned *table);
