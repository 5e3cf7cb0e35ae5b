// HEALPix pixel centres. Parameters: the order, and whether pixels are numbered NESTED.

// Where a pixel lies: on which ring, and the how-manieth on it.
struct Position {
    u64 nside;
    // From the north, 1 to 4 nside - 1.
    u64 ring;
    // From longitude 0 eastwards, 1 to 4 `quarter`.
    u64 place;

    // A quarter of the number of pixels on the ring.
    __device__ u64 quarter() const {
        u64 from_south = 4 * nside - ring;
        u64 nearer = ring < from_south ? ring : from_south;
        return nearer < nside ? nearer : nside;
    }

    // Whether the first centre lies half a pixel east of longitude 0.
    __device__ bool is_shifted() const {
        return quarter() < nside || (ring - nside) % 2 == 0;
    }

    // The RING number.
    __device__ u64 pixel() const {
        u64 before;
        if (ring < nside) {
            before = 2 * ring * (ring - 1);
        } else if (ring <= 3 * nside) {
            before = 2 * nside * (nside - 1) + (ring - nside) * 4 * nside;
        } else {
            u64 mirrored = 4 * nside - ring;
            before = 12 * nside * nside - 2 * mirrored * (mirrored + 1);
        }
        return before + place - 1;
    }
};

// The root, rounded down, of a number below 2^62.
__device__ inline u64 whole_root(u64 number) {
    // A rounded root of a rounded number errs by one at most.
    u64 estimate = (u64)root((double)number);
    if (estimate * estimate > number) {
        return estimate - 1;
    }
    return (estimate + 1) * (estimate + 1) <= number ? estimate + 1 : estimate;
}

struct CapPlace {
    u64 ring, place;
};

// Ring (from 1) and place (from 0) of a pixel of the north cap: ring i starts at 2 i (i - 1).
__device__ inline CapPlace cap_place(u64 pixel) {
    u64 ring = (whole_root(2 * pixel + 1) + 1) / 2;
    return {ring, pixel - 2 * ring * (ring - 1)};
}

struct Ring {
    __device__ static Position position(u32 order, u64 pixel) {
        u64 nside = 1ULL << order;
        u64 pixels = 12 * nside * nside;
        u64 cap = 2 * nside * (nside - 1);
        if (pixel < cap) {
            CapPlace at = cap_place(pixel);
            return {nside, at.ring, at.place + 1};
        }
        if (pixel < pixels - cap) {
            u64 from_belt = pixel - cap;
            return {nside, nside + (from_belt >> (order + 2)), (from_belt & (4 * nside - 1)) + 1};
        }
        // The south cap is the north cap turned about: counted backwards from the last pixel.
        CapPlace at = cap_place(pixels - 1 - pixel);
        return {nside, 4 * nside - at.ring, 4 * at.ring - at.place};
    }
};

// Gathers bits 0, 2, 4, ... into the low half: one coordinate of a Morton code.
__device__ inline u64 every_other_bit(u64 code) {
    u64 bits = code & 0x5555555555555555ULL;
    bits = (bits | bits >> 1) & 0x3333333333333333ULL;
    bits = (bits | bits >> 2) & 0x0f0f0f0f0f0f0f0fULL;
    bits = (bits | bits >> 4) & 0x00ff00ff00ff00ffULL;
    bits = (bits | bits >> 8) & 0x0000ffff0000ffffULL;
    return (bits | bits >> 16) & 0x00000000ffffffffULL;
}

struct Nested {
    __device__ static Position position(u32 order, u64 pixel) {
        u64 nside = 1ULL << order;
        u32 face = (u32)(pixel >> (2 * order));
        u64 within = pixel & (nside * nside - 1);
        u64 east = every_other_bit(within), west = every_other_bit(within >> 1);
        // Ring of the face's southern corner in units of nside; longitude of its middle in eighths.
        u32 row = face / 4, column = face % 4;
        u64 south = row + 2;
        i64 longitude = 2 * column + (row == 1 ? 0 : 1);

        Position at = {nside, south * nside - east - west - 1, 0};
        i64 quarter = (i64)at.quarter();
        i64 shift = at.is_shifted() ? 0 : 1;
        i64 place = (longitude * quarter + (i64)east - (i64)west + 1 + shift) >> 1;
        // The face across longitude 0 counts its western pixels from the far end of the ring.
        at.place = (u64)(place < 1 ? place + 4 * quarter : place);
        return at;
    }
};

// Belt: z = 2 (2 nside - i) / (3 nside); caps: |z| = 1 - i² / (3 nside²).
__device__ inline Height centre_height(Position at) {
    i64 above_equator = 2 * (2 * (i64)at.nside - (i64)at.ring);
    u64 below = (u64)(above_equator < 0 ? -above_equator : above_equator);
    if (at.nside <= at.ring && at.ring <= 3 * at.nside) {
        u64 whole = 3 * at.nside;
        return {
            (double)above_equator / (double)whole,
            (double)(whole - below) / (double)whole,
        };
    }
    u64 whole = 3 * at.nside * at.nside;
    u64 squared = at.quarter() * at.quarter();
    double z = (double)(whole - squared) / (double)whole;
    return {above_equator < 0 ? -z : z, (double)squared / (double)whole};
}

template <typename R> __device__ inline CosSin<R> centre_azimuth(Position at) {
    u64 quarter = at.quarter();
    // In units of which a quarter turn has 2 `quarter`: two per pixel.
    u64 along = 2 * (at.place - 1) + (at.is_shifted() ? 1 : 0);
    // (along + quarter) / (2 quarter), which is 4 at most, without a division of integers.
    u64 nearest = 0;
    for (u64 odd = 1; odd < 8; odd += 2) {
        nearest += along >= odd * quarter ? 1 : 0;
    }
    i64 remainder = (i64)along - (i64)(nearest * 2 * quarter);
    double half_turns = (double)remainder / (double)(4 * quarter);
    return rotate_quarters(nearest, Angle<R>::half_turns(half_turns));
}

// The centres of a grid, by a numbering that has `position`.
template <typename N> struct Centres {
    u32 order;

    __device__ Row<u64, 1> draw(u64 index) const {
        return {{N::position(order, index).pixel()}};
    }

    template <typename R> __device__ Row<R, 3> point(u64 index) const {
        Position at = N::position(order, index);
        return on_parallel<R>(centre_height(at), centre_azimuth<R>(at));
    }
};

extern "C" __global__ void pixels(
    u32 *out, uint4 header, const u32 *parameters, const u32 *table
) {
    if (parameters[1] != 0) {
        run(Centres<Nested>{parameters[0]}, out, header);
    } else {
        run(Centres<Ring>{parameters[0]}, out, header);
    }
}
