// The direction at height z, `from_pole` = 1 - |z| from the nearer pole, in the azimuth [cos, sin].
// Both come from integers: 1 - |z| in f32 would have lost its last bits.
fn on_parallel(z: f32, from_pole: f32, azimuth: vec2<f32>) -> vec3<f32> {
    let u = clamp(from_pole, 0.0, 1.0);
    let radius = sqrt(fma(-u, u, 2.0 * u));
    return vec3(radius * azimuth, clamp(z, -1.0, 1.0));
}
