// Random directions. Parameters: the seed (64 bits), the method (the last counter word), and how many
// blocks are tried before the cylinder map takes over.

// The last counter word of a block, and what its words mean.
const u32 BALL = 0;
const u32 DISK = 1;
const u32 CYLINDER = 2;

struct Accepted {
    Words words;
    u32 attempt;
    u32 method;
};

__device__ inline Words block(u64 seed, u64 index, u32 attempt, u32 method) {
    return philox((u32)index, (u32)(index >> 32), attempt, method, seed);
}

// A point reads the blocks of its own index until a method accepts one, on integers.
template <typename M> __device__ inline Accepted accepted(u64 seed, u32 blocks, u64 index) {
    for (u32 attempt = 0; attempt < blocks; attempt++) {
        Words words = block(seed, index, attempt, M::METHOD);
        if (M::accepts(words)) {
            return {words, attempt, M::METHOD};
        }
    }
    return {block(seed, index, blocks, CYLINDER), blocks, CYLINDER};
}

// A word in units of 2^-31, and its square.
__device__ inline i64 with_sign(u32 word) {
    return (i32)word;
}

__device__ inline u64 square(i64 value) {
    return (u64)(value * value);
}

// z uniform, from words 0 and 1: the middle of one of 2^53 bands. The turn is words 2 and 3.
template <typename R> __device__ inline Row<R, 3> from_cylinder(Words words) {
    const double UNIT = 1.0 / 9007199254740992.0;
    const u64 LAST = (1ULL << 53) - 1;
    u64 band = pair(words.w[0], words.w[1]) >> 11;
    u64 nearer = band < LAST - band ? band : LAST - band;
    Height height = {
        (double)((i64)LAST - 2 * (i64)band) * UNIT,
        (double)(2 * nearer + 1) * UNIT,
    };
    return on_parallel<R>(height, cos_sin<R>(pair(words.w[2], words.w[3])));
}

// Points by the cylinder map, which rejects nothing.
struct Cylinder {
    u64 seed;

    __device__ Row<u64, 2> draw(u64 index) const {
        Words words = block(seed, index, 0, CYLINDER);
        return {{pair(words.w[0], words.w[1]), pair(words.w[2], words.w[3])}};
    }

    template <typename R> __device__ Row<R, 3> point(u64 index) const {
        return from_cylinder<R>(block(seed, index, 0, CYLINDER));
    }
};

// Points by a method that rejects. In f32 they are the f64 directions, rounded.
template <typename M> struct Rejection {
    u64 seed;
    u32 blocks;

    __device__ Row<u64, 3> draw(u64 index) const {
        Accepted at = accepted<M>(seed, blocks, index);
        Words words = at.words;
        return {{pair(words.w[0], words.w[1]), pair(words.w[2], words.w[3]), at.attempt}};
    }

    template <typename R> __device__ Row<R, 3> point(u64 index) const {
        Accepted at = accepted<M>(seed, blocks, index);
        return at.method == CYLINDER ? from_cylinder<R>(at.words) : M::template lift<R>(at.words);
    }
};

struct FromDisk {
    static const u32 METHOD = DISK;

    __device__ static u64 squared_norm(u32 a, u32 b) {
        return square(with_sign(a)) + square(with_sign(b));
    }

    // The centre is kept out: it has no longitude.
    __device__ static bool is_inside(u32 a, u32 b) {
        u64 norm = squared_norm(a, b);
        return 1 <= norm && norm <= 1ULL << 62;
    }

    __device__ static bool accepts(Words words) {
        return is_inside(words.w[0], words.w[1]) || is_inside(words.w[2], words.w[3]);
    }

    template <typename R> __device__ static Row<R, 3> lift(Words words) {
        const double HALF_UNIT = 1.0 / 2305843009213693952.0;
        const u64 ONE = 1ULL << 62;
        bool first = is_inside(words.w[0], words.w[1]);
        u32 a = first ? words.w[0] : words.w[2], b = first ? words.w[1] : words.w[3];
        u64 s = squared_norm(a, b);
        double scale = root((double)(ONE - s)) * HALF_UNIT;
        double z = (double)((i64)(ONE / 2) - (i64)s) * HALF_UNIT;
        return {{(R)((double)with_sign(a) * scale), (R)((double)with_sign(b) * scale), (R)z}};
    }
};

struct FromBall {
    static const u32 METHOD = BALL;

    // Odd, so that the coordinates are symmetric about 0 and never 0.
    __device__ static i64 coordinate(u32 word) {
        return with_sign(word | 1);
    }

    __device__ static u64 squared_norm(Words words) {
        return square(coordinate(words.w[0])) + square(coordinate(words.w[1])) +
               square(coordinate(words.w[2]));
    }

    __device__ static bool accepts(Words words) {
        u64 norm = squared_norm(words);
        return 1ULL << 22 <= norm && norm <= 1ULL << 62;
    }

    template <typename R> __device__ static Row<R, 3> lift(Words words) {
        double per_norm = 1.0 / root((double)squared_norm(words));
        Row<R, 3> row;
        for (int axis = 0; axis < 3; axis++) {
            row.values[axis] = (R)((double)coordinate(words.w[axis]) * per_norm);
        }
        return row;
    }
};

extern "C" __global__ void random(
    u32 *out, uint4 header, const u32 *parameters, const u32 *table
) {
    u64 seed = u64_at(parameters, 0);
    u32 method = parameters[2], blocks = parameters[3];
    if (method == CYLINDER) {
        run(Cylinder{seed}, out, header);
    } else if (method == DISK) {
        run(Rejection<FromDisk>{seed, blocks}, out, header);
    } else {
        run(Rejection<FromBall>{seed, blocks}, out, header);
    }
}
