// The points of a lattice that are nearest to directions. Parameters: those of the lattice, from word 10
// on sqrt(1.06 2 pi / (n - 1 + 2 e)) as f64, then the tables of `steps.rs`. The table holds the
// directions as three columns of f64: x of all rows, then y, then z. What is no direction gets the index
// 2^64 - 1.

__device__ inline double squared_length(double x, double y, double z) {
    return x * x + y * y + z * z;
}

// Squared lengths with room for squares of their parts, and for their inverse.
__device__ inline bool is_moderate(double squared) {
    return 1e-290 <= squared && squared <= 1e290;
}

__device__ inline u64 nearest(const Search &search, double x, double y, double z) {
    double squared = squared_length(x, y, z);
    if (!is_moderate(squared)) {
        double largest = fmax(fabs(x), fmax(fabs(y), fabs(z)));
        // Zero, and what is not finite.
        if (!(largest > 0.0) || x - x != 0.0 || y - y != 0.0 || z - z != 0.0) {
            return ~0ULL;
        }
        const double FAR = 4.149515568880993e180;
        double scale = largest < 1.0 ? FAR : 1.0 / FAR;
        x *= scale, y *= scale, z *= scale;
        squared = squared_length(x, y, z);
    }
    return search.nearest_to(search.see(x, y, z, 1.0 / root(squared)));
}

extern "C" __global__ void fibonacci_nearest(
    u32 *out, uint4 header, const u32 *parameters, const u32 *table
) {
    u64 row = thread_row();
    if (row >= header.z) {
        return;
    }
    Lattice lattice = lattice_of(parameters);
    const u32 *windows = parameters + 12;
    Search search = {
        lattice, (double)lattice.last, 0.5 * lattice.twice_offset, f64_at(parameters, 10),
        windows, windows + 12 * Search::WINDOWS,
    };
    const double *x = reinterpret_cast<const double *>(table);
    const double *y = x + header.z, *z = y + header.z;
    u64 index = nearest(search, x[row], y[row], z[row]);
    write(out, row, Row<u64, 1>{{index}});
}
