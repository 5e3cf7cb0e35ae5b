// The Sobol sequence in the cube: one coordinate a dimension, in [0, 1).

template <typename T> __device__ inline T of_word(u64 word);

template <> __device__ inline u64 of_word<u64>(u64 word) {
    return word;
}

template <> __device__ inline double of_word<double>(u64 word) {
    return (double)(word >> 11) * (1.0 / 9007199254740992.0);
}

template <> __device__ inline float of_word<float>(u64 word) {
    return (float)(word >> 40) * (1.0f / 16777216.0f);
}

template <typename T>
__device__ inline void write_all(const Sobol &sobol, u32 *out, u64 row, u64 index) {
    u32 dimensions = sobol.dimensions();
    T *place = reinterpret_cast<T *>(out) + row * dimensions;
    for (u32 dimension = 0; dimension < dimensions; dimension++) {
        place[dimension] = of_word<T>(sobol.word(index, dimension));
    }
}

extern "C" __global__ void sobol_cube(
    u32 *out, uint4 header, const u32 *parameters, const u32 *table
) {
    u64 row = thread_row();
    if (row >= header.z) {
        return;
    }
    u64 index = pair(header.x, header.y) + row;
    Sobol sobol = {parameters, table};
    if (header.w == DRAW) {
        write_all<u64>(sobol, out, row, index);
    } else if (header.w == SINGLE) {
        write_all<float>(sobol, out, row, index);
    } else {
        write_all<double>(sobol, out, row, index);
    }
}
