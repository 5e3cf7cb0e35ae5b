// The words of a Sobol point. Parameters: the number of dimensions, whether words are permuted as
// Owen has it, and two words for each dimension: a mask, or the keys for the low and the high half.
// The table holds the direction numbers, 64 bits each: (bits, dimensions).

// A permutation in which each bit depends on itself and the bits above it only.
__device__ inline u32 permute_nested(u32 word, u32 key) {
    u32 x = __brev(word);
    x ^= x * 0x3d20adeaU;
    x += key;
    x *= key >> 16 | 1;
    x ^= x * 0x05526c56U;
    x ^= x * 0x53a22864U;
    return __brev(x);
}

__device__ inline u32 mix(u32 x) {
    x = (x ^ x >> 16) * 0x7feb352dU;
    x = (x ^ x >> 15) * 0x846ca68bU;
    return x ^ x >> 16;
}

__device__ inline u64 permute(u64 word, u64 keys) {
    u32 high = (u32)(word >> 32), low = (u32)word;
    // Nested: how the low bits are permuted depends on all the bits above them.
    low = permute_nested(low, mix(high ^ (u32)keys));
    return pair(low, permute_nested(high, (u32)(keys >> 32)));
}

struct Sobol {
    const u32 *parameters, *table;

    __device__ u32 dimensions() const {
        return parameters[0];
    }

    // The xor of the direction numbers that the Gray code of the index selects.
    __device__ u64 word(u64 index, u32 dimension) const {
        u64 code = index ^ index >> 1;
        u64 word = 0;
        // Neighbours share all but the lowest bits: every thread of a warp takes the same steps.
        for (u32 bit = 0; code >> bit != 0; bit++) {
            u64 selected = 0 - (code >> bit & 1);
            word ^= u64_at(table, 2 * (bit * dimensions() + dimension)) & selected;
        }
        u64 keys = u64_at(parameters, 2 + 2 * dimension);
        return parameters[1] != 0 ? permute(word, keys) : word ^ keys;
    }
};
