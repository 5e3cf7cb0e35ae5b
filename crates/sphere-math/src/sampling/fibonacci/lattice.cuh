// The Fibonacci lattice of the sphere.

struct Lattice {
    u64 last;
    double twice_offset, steps, per_step;

    __device__ Row<u64, 1> draw(u64 index) const {
        return {{golden_turn(index)}};
    }

    template <typename R> __device__ Row<R, 3> point(u64 index) const {
        return on_parallel<R>(height(index), cos_sin<R>(golden_turn(index)));
    }

    __device__ Height height(u64 index) const {
        double from_equator = (double)((i64)last - 2 * (i64)index);
        double from_row = 2.0 * (double)(index < last - index ? index : last - index);
        return {quotient(from_equator), (from_row + twice_offset) * per_step};
    }

    // numerator / steps, by the reciprocal and one Newton correction.
    __device__ double quotient(double numerator) const {
        double estimate = numerator * per_step;
        double residual = fused(-estimate, steps, numerator);
        return fused(residual, per_step, estimate);
    }
};

// From the parameters: n - 1 (64 bits), then as f64 2 e, n - 1 + 2 e and its reciprocal.
__device__ inline Lattice lattice_of(const u32 *parameters) {
    return {
        u64_at(parameters, 0), f64_at(parameters, 2), f64_at(parameters, 4), f64_at(parameters, 6),
    };
}
