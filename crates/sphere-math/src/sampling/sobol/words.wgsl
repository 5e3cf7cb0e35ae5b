// The words of a Sobol point. Parameters: the number of dimensions, the scramble, and from word 2
// on two words for each dimension: the low and the high half of a shift's mask, or the keys of
// Owen's permutation for the low and for the high half. The table holds the direction numbers, 64
// bits each: (bits, dimensions).
const DIMENSIONS: u32 = 0u;
const SCRAMBLE: u32 = 1u;
const KEYS: u32 = 2u;

const OWEN: u32 = 1u;

fn sobol_word(index: vec2<u32>, dimension: u32) -> vec2<u32> {
    let stride = 2u * parameters[DIMENSIONS];
    // The direction numbers that the Gray code selects.
    let code = index ^ shift_right64(index, 1u);
    var word = vec2(0u, 0u);
    var place = 2u * dimension;
    for (var bits = code.x; bits != 0u; bits &= bits - 1u) {
        let at = place + stride * firstTrailingBit(bits);
        word ^= vec2(table[at], table[at + 1u]);
    }
    place += 32u * stride;
    for (var bits = code.y; bits != 0u; bits &= bits - 1u) {
        let at = place + stride * firstTrailingBit(bits);
        word ^= vec2(table[at], table[at + 1u]);
    }
    return scrambled(word, parameter64(KEYS + 2u * dimension));
}

fn scrambled(word: vec2<u32>, keys: vec2<u32>) -> vec2<u32> {
    if parameters[SCRAMBLE] != OWEN {
        return word ^ keys;
    }
    // Nested: how the low bits are permuted depends on all the bits above them.
    return vec2(permute_nested(word.x, mix(word.y ^ keys.x)), permute_nested(word.y, keys.y));
}

// The hashes of `scramble/mod.rs`.
fn permute_nested(word: u32, key: u32) -> u32 {
    var x = reverseBits(word);
    x ^= x * 0x3d20adeau;
    x += key;
    x *= (key >> 16u) | 1u;
    x ^= x * 0x05526c56u;
    x ^= x * 0x53a22864u;
    return reverseBits(x);
}

fn mix(word: u32) -> u32 {
    var x = word;
    x = (x ^ (x >> 16u)) * 0x7feb352du;
    x = (x ^ (x >> 15u)) * 0x846ca68bu;
    return x ^ (x >> 16u);
}

fn write_words(row: u32, index: vec2<u32>) {
    let dimensions = parameters[DIMENSIONS];
    for (var dimension = 0u; dimension < dimensions; dimension++) {
        write64(2u * (dimensions * row + dimension), sobol_word(index, dimension));
    }
}
