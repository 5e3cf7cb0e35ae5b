// Sobol points of the sphere: z = 1 - 2 u0 with u0 the top 53 bits of the first word, the second is
// the longitude.
fn point(row: u32, index: vec2<u32>) {
    if is_draw() {
        write_words(row, index);
        return;
    }
    let half = vec2(0u, 1u << 20u);
    let steps = shift_right64(sobol_word(index, 0u), 11u);
    let z = float64_signed(sub64(half, steps)) * 0x1p-52;
    let from_pole = float64(min64(steps, sub64(shift_left64(half, 1u), steps))) * 0x1p-52;
    write_direction(row, on_parallel(z, from_pole, cos_sin(sobol_word(index, 1u))));
}
