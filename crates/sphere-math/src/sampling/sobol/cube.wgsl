// Sobol points of the cube: the top 24 bits of each word, exactly.
fn point(row: u32, index: vec2<u32>) {
    if is_draw() {
        write_words(row, index);
        return;
    }
    let dimensions = parameters[DIMENSIONS];
    for (var dimension = 0u; dimension < dimensions; dimension++) {
        let coordinate = f32(sobol_word(index, dimension).y >> 8u) * 0x1p-24;
        out[dimensions * row + dimension] = bitcast<u32>(coordinate);
    }
}
