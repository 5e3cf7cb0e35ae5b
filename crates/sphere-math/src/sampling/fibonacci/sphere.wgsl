// The Fibonacci lattice of the sphere. Parameters: n - 1 (64 bits); then as f64 and not read here
// 2 e, n - 1 + 2 e and its reciprocal; then 2 e and the reciprocal as f32.
const LAST: u32 = 0u;
const TWICE_OFFSET: u32 = 8u;
const PER_STEP: u32 = 9u;

fn point(row: u32, index: vec2<u32>) {
    let turn = golden_turn(index);
    if is_draw() {
        write64(2u * row, turn);
        return;
    }
    let last = parameter64(LAST);
    let per_step = parameter_f32(PER_STEP);
    let z = float64_signed(sub64(last, shift_left64(index, 1u))) * per_step;
    let rows = float64(shift_left64(min64(index, sub64(last, index)), 1u));
    let from_pole = (rows + parameter_f32(TWICE_OFFSET)) * per_step;
    write_direction(row, on_parallel(z, from_pole, cos_sin(turn)));
}
