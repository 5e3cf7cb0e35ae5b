// Numbers of known width, and the words that a launch passes.

typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

__device__ inline u64 pair(u32 low, u32 high) {
    return (u64)high << 32 | low;
}

__device__ inline u64 u64_at(const u32 *words, u32 at) {
    return pair(words[at], words[at + 1]);
}

__device__ inline double f64_at(const u32 *words, u32 at) {
    return __longlong_as_double((i64)u64_at(words, at));
}
