// The sunflower lattice of the disk. Parameters: 1 / (2 n) as f64.

struct Disk {
    double per_half_step;

    __device__ Row<u64, 1> draw(u64 index) const {
        return {{golden_turn(index)}};
    }

    template <typename R> __device__ Row<R, 2> point(u64 index) const {
        double area = (double)(2 * index + 1) * per_half_step;
        R radius = root((R)area);
        CosSin<R> azimuth = cos_sin<R>(golden_turn(index));
        R zero = (R)0.0;
        return {{fused(radius, azimuth.cos, zero), fused(radius, azimuth.sin, zero)}};
    }
};

extern "C" __global__ void disk(
    u32 *out, uint4 header, const u32 *parameters, const u32 *table
) {
    run(Disk{f64_at(parameters, 0)}, out, header);
}
