// The Sobol sequence on the sphere: dimension 0 is the height, 1 the longitude.

struct Sphere {
    Sobol sobol;

    __device__ Row<u64, 2> draw(u64 index) const {
        return {{sobol.word(index, 0), sobol.word(index, 1)}};
    }

    template <typename R> __device__ Row<R, 3> point(u64 index) const {
        const double UNIT = 1.0 / 4503599627370496.0;
        const u64 HALF = 1ULL << 52;
        u64 steps = sobol.word(index, 0) >> 11;
        u64 mirrored = 2 * HALF - steps;
        Height height = {
            (double)((i64)HALF - (i64)steps) * UNIT,
            (double)(steps < mirrored ? steps : mirrored) * UNIT,
        };
        return on_parallel<R>(height, cos_sin<R>(sobol.word(index, 1)));
    }
};

extern "C" __global__ void sobol_sphere(
    u32 *out, uint4 header, const u32 *parameters, const u32 *table
) {
    run(Sphere{Sobol{parameters, table}}, out, header);
}
