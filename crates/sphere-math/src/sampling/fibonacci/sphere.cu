// The points of a lattice on the sphere. Parameters: those of `lattice_of`.
extern "C" __global__ void fibonacci(
    u32 *out, uint4 header, const u32 *parameters, const u32 *table
) {
    run(lattice_of(parameters), out, header);
}
