// 2^128 (2 - phi), rounded down: the golden angle in turns, as in `mod.rs`.
const GOLDEN_LOW: vec2<u32> = vec2(0xa31237ccu, 0x0c633f9fu);
const GOLDEN_HIGH: vec2<u32> = vec2(0x80b583eau, 0x61c88646u);

// The longitude of point `index`: the upper half of the low 128 bits of the product.
fn golden_turn(index: vec2<u32>) -> vec2<u32> {
    return add64(mul64(GOLDEN_HIGH, index), mul64_high(GOLDEN_LOW, index));
}
