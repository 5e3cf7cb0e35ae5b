//! Colours in linear light, where mixing is adding.

/// Red, green and blue in linear light, each in \[0, 1\].
#[derive(Clone, Copy, Debug)]
pub(super) struct Linear(pub(super) [f32; 3]);

/// Paper: what is not canvas.
pub(super) const PAPER: Linear = Linear([0.955, 0.948, 0.93]);
/// The canvas in full light.
pub(super) const LIGHT: Linear = Linear([0.72, 0.79, 0.86]);
/// The canvas turned away from the light.
pub(super) const SHADE: Linear = Linear([0.20, 0.28, 0.40]);
/// Meridians, parallels, frames.
pub(super) const LINE: Linear = Linear([0.16, 0.24, 0.36]);
/// Points.
pub(super) const DOT: Linear = Linear([0.52, 0.035, 0.02]);

impl Linear {
    /// `share` of `over` on the rest of `under`.
    pub(super) fn mix(under: Self, over: Self, share: f32) -> Self {
        let [a, b] = [under.0, over.0];
        Self(std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share))
    }

    /// The mean of several.
    pub(super) fn mean(colours: &[Self]) -> Self {
        let share = 1.0 / colours.len() as f32;
        Self(std::array::from_fn(|i| colours.iter().map(|colour| colour.0[i]).sum::<f32>() * share))
    }

    /// The bytes of a picture: IEC 61966-2-1.
    pub(super) fn to_srgb(self) -> [u8; 3] {
        self.0.map(|light| {
            let encoded = if light <= 0.003_130_8 {
                12.92 * light
            } else {
                1.055 * libm::powf(light, 1.0 / 2.4) - 0.055
            };
            (255.0 * encoded + 0.5) as u8
        })
    }
}
