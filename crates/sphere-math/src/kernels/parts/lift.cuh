// A height on the sphere: z, and its distance from the nearer pole, kept apart because 1 - |z| has
// lost its last bits where the distance is small.
struct Height {
    double z, from_pole;
};

// The direction at a height in an azimuth. Never -0, by the zeros that are added.
template <typename R> __device__ inline Row<R, 3> on_parallel(Height height, CosSin<R> azimuth) {
    R from_pole = (R)height.from_pole;
    R twice = (R)(2.0 * height.from_pole);
    R radius = root(fused(-from_pole, from_pole, twice));
    R zero = (R)0.0;
    return {{fused(radius, azimuth.cos, zero), fused(radius, azimuth.sin, zero), (R)height.z}};
}
