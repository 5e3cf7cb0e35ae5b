// The sunflower lattice of the disk. Parameters: 1 / (2 n) as f64, not read here, and as f32.
const PER_HALF_STEP: u32 = 2u;

fn point(row: u32, index: vec2<u32>) {
    let turn = golden_turn(index);
    if is_draw() {
        write64(2u * row, turn);
        return;
    }
    let half_steps = add64(shift_left64(index, 1u), vec2(1u, 0u));
    let radius = sqrt(float64(half_steps) * parameter_f32(PER_HALF_STEP));
    write_xy(2u * row, radius * cos_sin(turn));
}
