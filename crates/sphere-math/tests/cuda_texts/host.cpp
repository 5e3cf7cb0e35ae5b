// Runs the CUDA kernels on the processor, one thread after the other.
//
// A launch is read from the standard input as 32-bit words: the number of the kernel, the four words
// of the header, the words of a point, the number of parameters and of words of the table, then these. What
// is left in the output goes to the standard output, with the words behind it, which no kernel may
// write to.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

// What a CUDA compiler has beyond C++, as far as the kernels use it.
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

// Each kernel in a namespace of its own, then `KERNELS`, the array of them. Written by the test.
#include "kernels.inc"

static std::vector<unsigned> read_words(size_t count) {
    std::vector<unsigned> words(count);
    words.resize(std::fread(words.data(), sizeof(unsigned), count, stdin));
    return words;
}

int main() {
    const unsigned GARBAGE = 0x5a5aa5a5, BEHIND = 64;
    for (;;) {
        std::vector<unsigned> launch = read_words(8);
        if (launch.size() < 8) {
            return 0;
        }
        uint4 header = {launch[1], launch[2], launch[3], launch[4]};
        std::vector<unsigned> parameters = read_words(launch[6]), table = read_words(launch[7]);
        std::vector<unsigned> out((size_t)header.z * launch[5] + BEHIND, GARBAGE);
        for (blockIdx.x = 0; blockIdx.x * blockDim.x < header.z; blockIdx.x++) {
            for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) {
                KERNELS[launch[0]](out.data(), header, parameters.data(), table.data());
            }
        }
        std::fwrite(out.data(), sizeof(unsigned), out.size(), stdout);
        std::fflush(stdout);
    }
}
