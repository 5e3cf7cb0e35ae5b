// Numbers of known width, the words that a launch passes, and how a thread writes its row.

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

// The last word of the header: what is written.
const u32 DRAW = 0;
const u32 SINGLE = 1;

template <typename T, int N> struct Row {
    T values[N];
};

template <typename T, int N> __device__ inline void write(u32 *out, u64 row, Row<T, N> values) {
    T *place = reinterpret_cast<T *>(out) + row * N;
    for (int column = 0; column < N; column++) {
        place[column] = values.values[column];
    }
}

// The row of this thread within the range. The grid has one dimension.
__device__ inline u64 thread_row() {
    return (u64)blockIdx.x * blockDim.x + threadIdx.x;
}

// The row of this thread, by a scheme that has `draw` and `point`. Threads past the end do nothing.
template <typename S> __device__ inline void run(const S &scheme, u32 *out, uint4 header) {
    u64 row = thread_row();
    if (row >= header.z) {
        return;
    }
    u64 index = pair(header.x, header.y) + row;
    if (header.w == DRAW) {
        write(out, row, scheme.draw(index));
    } else if (header.w == SINGLE) {
        write(out, row, scheme.template point<float>(index));
    } else {
        write(out, row, scheme.template point<double>(index));
    }
}
