//! What a plan hands to a kernel.

use core::ops::Range;

use super::Kernel;

/// What a kernel writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// The raw integers: two words each.
    Draw,
    /// Coordinates in f32: one word each.
    Single,
    /// Coordinates in f64: two words each. CUDA alone; WGSL has no such type.
    Double,
}

/// A kernel and what is the same for every range of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// What to run.
    pub kernel: &'static Kernel,
    /// What it writes.
    pub output: Output,
    /// The numbers of the plan; the text says which is where.
    pub parameters: Vec<u32>,
    /// A large table, at least one word.
    pub table: Vec<u32>,
    /// 32-bit words of a row of the output.
    pub words_per_point: usize,
}

impl Launch {
    /// The header for a range of fewer than 2^32 points: its start (low, high), its count, and the
    /// output as a number: 0 draws, 1 f32, 2 f64.
    #[must_use]
    pub fn header(&self, range: &Range<u64>) -> [u32; 4] {
        let start = range.start;
        let count = range.end.saturating_sub(start).min(u32::MAX.into());
        [start as u32, (start >> 32) as u32, count as u32, self.output as u32]
    }
}

/// What a scheme contributes to a [`Launch`].
#[derive(Debug)]
pub(crate) struct Twin {
    pub(crate) kernel: &'static Kernel,
    pub(crate) parameters: Vec<u32>,
    pub(crate) table: Vec<u32>,
}

impl Twin {
    /// That of a scheme without a table.
    pub(crate) fn new(kernel: &'static Kernel, parameters: Vec<u32>) -> Self {
        Self { kernel, parameters, table: vec![0] }
    }

    pub(crate) fn launch(self, output: Output, words_per_point: usize) -> Launch {
        let Self { kernel, parameters, table } = self;
        Launch { kernel, output, parameters, table, words_per_point }
    }
}

/// The halves of a number, low first.
pub(crate) fn words_u64(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

/// The bits of a number.
pub(crate) fn words_f64(value: f64) -> [u32; 2] {
    words_u64(value.to_bits())
}

/// The bits of the nearest f32.
pub(crate) fn words_f32(value: f64) -> [u32; 1] {
    [(value as f32).to_bits()]
}

#[cfg(test)]
mod tests {
    use super::Output;
    use crate::healpix::Ordering;
    use crate::kernels::{ALL, NEAREST};
    use crate::sampling::{Domain, Method, Placement, Scheme, Scramble};

    #[test]
    fn a_header_holds_both_halves_of_the_start() {
        let plan = Scheme::Fibonacci { total: 1 << 52, placement: Placement::Quadrature };
        let plan = plan.plan().unwrap();
        let range = (7 << 32) + 5..(7 << 32) + 15;
        for (output, number, words) in
            [(Output::Draw, 0, 2), (Output::Single, 1, 3), (Output::Double, 2, 6)]
        {
            let launch = plan.launch(output);
            assert_eq!(launch.header(&range), [5, 7, 10, number]);
            assert_eq!(launch.words_per_point, words);
        }
    }

    #[test]
    fn the_kernel_of_a_scheme_is_that_of_its_launch() {
        let sobol = |domain| Scheme::Sobol { domain, scramble: Scramble::None };
        let schemes = [
            Scheme::Fibonacci { total: 5, placement: Placement::Packing },
            Scheme::Disk { total: 5 },
            Scheme::Random { seed: 1, method: Method::Ball },
            sobol(Domain::Cube { dimensions: 2 }),
            sobol(Domain::Sphere),
            Scheme::Pixels { order: 1, ordering: Ordering::Ring },
        ];
        let kernels = schemes.map(|scheme| {
            assert_eq!(scheme.kernel(), scheme.plan().unwrap().launch(Output::Draw).kernel);
            scheme.kernel()
        });
        assert_eq!(kernels, ALL, "a kernel of each");
    }

    #[test]
    fn names_are_unique_and_texts_complete() {
        let all: Vec<_> = ALL.into_iter().chain([NEAREST]).collect();
        let mut names: Vec<_> = all.iter().map(|kernel| kernel.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        for kernel in all {
            assert!(kernel.wgsl.concat().contains("fn point("), "{}", kernel.name);
            let entry = format!("extern \"C\" __global__ void {}(", kernel.name);
            assert!(kernel.cuda.concat().contains(&entry), "{}", kernel.name);
        }
    }
}
