//! The kernels of a device: compiled once, and trusted after a probe.

use sphere_math::kernels::Kernel;

use crate::EngineError;
use crate::engine::Refused;

/// Every kernel, ready to run as a `K`, or refused.
#[derive(Debug)]
pub(crate) struct Trusted<K> {
    all: Vec<(&'static str, Result<K, String>)>,
}

impl<K> Trusted<K> {
    /// Compiles and probes some kernels: `probe` says what one computes wrongly.
    ///
    /// A kernel that fails is refused and the others stay; a device that is lost is an error.
    pub(crate) fn open(
        kernels: &[&'static Kernel],
        compile: impl Fn(&Kernel) -> Result<K, EngineError>,
        probe: impl Fn(&Kernel, &K) -> Result<Option<String>, EngineError>,
    ) -> Result<Self, EngineError> {
        let trusted = |kernel: &Kernel| {
            let compiled = compile(kernel)?;
            let wrong = probe(kernel, &compiled)?;
            Ok(wrong.map_or(Ok(compiled), Err))
        };
        let mut all = Vec::with_capacity(kernels.len());
        for kernel in kernels {
            let trusted = match trusted(kernel) {
                Err(error @ (EngineError::Lost { .. } | EngineError::OutOfMemory)) => {
                    return Err(error);
                }
                Err(error) => Err(error.to_string()),
                Ok(trusted) => trusted,
            };
            all.push((kernel.name, trusted));
        }
        Ok(Self { all })
    }

    /// A kernel that can be trusted.
    pub(crate) fn get(&self, name: &str) -> Result<&K, EngineError> {
        let unavailable = |reason: String| EngineError::Unavailable { reason };
        let known = self.all.iter().find(|(known, _)| *known == name);
        let (_, trusted) =
            known.ok_or_else(|| unavailable(format!("there is no kernel {name}")))?;
        trusted.as_ref().map_err(|why| unavailable(format!("the kernel {name} is refused: {why}")))
    }

    /// Those that can be trusted.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.all.iter().filter(|(_, trusted)| trusted.is_ok()).map(|(name, _)| *name).collect()
    }

    /// Those that cannot, and why.
    pub(crate) fn refused(&self) -> Vec<Refused> {
        let refused = self.all.iter().filter_map(|(kernel, trusted)| {
            let reason = trusted.as_ref().err()?.clone();
            Some(Refused { kernel, reason })
        });
        refused.collect()
    }
}

#[cfg(test)]
mod tests {
    use sphere_math::kernels::ALL;

    use super::*;

    fn lost() -> EngineError {
        EngineError::Lost { reason: "reset".to_string() }
    }

    #[test]
    fn a_kernel_that_fails_is_refused_and_the_others_stay() {
        let failed = || EngineError::Failed { reason: "the log".to_string() };
        let compile =
            |kernel: &Kernel| if kernel.name == "disk" { Err(failed()) } else { Ok(kernel.name) };
        let wrong =
            |_: &Kernel, name: &&str| Ok((*name == "random").then(|| "draws differ".to_string()));
        let trusted = Trusted::open(&ALL, compile, wrong).unwrap();
        let refused: Vec<_> = trusted.refused().into_iter().map(|one| one.kernel).collect();
        assert_eq!(refused, ["disk", "random"]);
        assert_eq!(trusted.names().len(), ALL.len() - 2);
        assert_eq!(trusted.get("pixels").unwrap(), &"pixels");
        for (name, expected) in
            [("disk", "the log"), ("random", "draws differ"), ("no", "no kernel")]
        {
            let reason = trusted.get(name).unwrap_err().to_string();
            assert!(reason.contains(expected), "{reason}");
        }
    }

    #[test]
    fn a_device_that_is_lost_has_no_kernels() {
        let opened = Trusted::open(&ALL, |_| Err::<(), _>(lost()), |_, ()| Ok(None));
        assert_eq!(opened.unwrap_err(), lost());
        let opened = Trusted::open(&ALL, |_| Ok(()), |_, ()| Err(EngineError::OutOfMemory));
        assert_eq!(opened.unwrap_err(), EngineError::OutOfMemory);
    }
}
