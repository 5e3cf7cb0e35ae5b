// The longitude of (x, y) as a turn: `azimuth.rs`. The pole (0, 0) has longitude 0.

// atan(t) / (2 pi t) as a polynomial in t², |t| <= tan(pi / 8).
__device__ inline double arc(double square) {
    const double ARC[12] = {
        0.318309886183790671537767526745 / 2.0, -0.053051647697298107577, 0.031830988618284992994,
        -0.022736420431411493269, 0.017683881982954349985, -0.014468611643008781153,
        0.012242270369000226223, -0.010604417167221920712, 0.0093055958267691453976,
        -0.008013614449421985795, 0.0060423583895370328741, -0.0028338169789547353232,
    };
    double fourth = square * square;
    double four[3];
    for (int at = 0; at < 3; at++) {
        double low = ARC[4 * at + 1] * square + ARC[4 * at];
        double high = ARC[4 * at + 3] * square + ARC[4 * at + 2];
        four[at] = high * fourth + low;
    }
    double eighth = fourth * fourth;
    return (four[2] * eighth + four[1]) * eighth + four[0];
}

// `sum - word` or the word itself.
__device__ inline u64 reflected(u64 word, u64 sum, bool reflect) {
    return reflect ? sum - word : word;
}

__device__ inline u64 azimuth(double x, double y) {
    const double EIGHTH = 1.41421356237309504880168872421 - 1.0;
    double east = fabs(x), north = fabs(y);
    bool steep = north > east;
    double far = steep ? north : east, near = steep ? east : north;
    // Around the diagonal the angle is counted from it.
    double diagonal = near > EIGHTH * far ? 1.0 : 0.0;
    double t = (near - diagonal * far) / (far + diagonal * near);
    double octant = 0.125 * diagonal + t * arc(t * t);
    octant = far > 0.0 ? octant : 0.0;
    // Between 1/4 and 1/2 the last bit is 2^-54.
    u64 word = (u64)__double_as_longlong(octant + 0.25) << 12 >> 2;
    word = reflected(word, 1ULL << 62, steep);
    word = reflected(word, 1ULL << 63, x < 0.0);
    return reflected(word, 0, y < 0.0);
}
