//! Which engines a job may go to, and in which order.

use sphere_engine::{ChoiceError, EngineChoice, EngineError, EngineName, Exactness, Unable, Work};

use super::{Ladder, Rung};

/// Why there is no engine for some work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoWay {
    /// The one that was asked for.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// None was asked for, and there is none now.
    #[error("no engine takes this work now")]
    NoneHere,
}

impl From<Unable> for NoWay {
    fn from(unable: Unable) -> Self {
        Self::Choice(unable.into())
    }
}

/// The rungs of one ladder that a job takes, first choice first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    rungs: Vec<usize>,
    exactness: Exactness,
}

impl Way {
    /// How what comes out compares with the CPU, whichever of the engines computes it.
    #[must_use]
    pub fn exactness(&self) -> Exactness {
        self.exactness
    }

    /// The engine of first choice.
    #[must_use]
    pub fn first(&self, ladder: &Ladder) -> Option<EngineName> {
        self.rungs(ladder).next().map(Rung::name)
    }

    pub(super) fn rungs<'a>(&self, ladder: &'a Ladder) -> impl Iterator<Item = &'a Rung> {
        self.rungs.iter().filter_map(|&rung| ladder.rungs.get(rung))
    }
}

impl Ladder {
    /// Every engine, as they are listed, whatever the job.
    #[must_use]
    pub fn all(&self) -> Way {
        let exact = self.rungs.iter().all(|rung| rung.name().exactness() == Exactness::Bits);
        let exactness = if exact { Exactness::Bits } else { Exactness::Bound };
        Way { rungs: (0..self.rungs.len()).collect(), exactness }
    }

    /// The way of some work.
    ///
    /// An engine that is asked for by name comes first, and after it those below it on the ladder that
    /// compute the bits of the CPU. `auto` begins with the engine that is done first, of those that compute
    /// these bits.
    ///
    /// # Errors
    /// A named engine that is not here, or cannot do it; no engine that can.
    pub fn way(&self, choice: EngineChoice, work: &Work<'_>) -> Result<Way, NoWay> {
        match choice {
            EngineChoice::Named(name) => self.named(name, work),
            EngineChoice::Auto => self.auto(work),
        }
    }

    fn named(&self, name: EngineName, work: &Work<'_>) -> Result<Way, NoWay> {
        // What no device can do is said whether there is one or not.
        work.suits(name)?;
        let unavailable = |reason: String| {
            let error = EngineError::Unavailable { reason };
            NoWay::Choice(ChoiceError::Unavailable { name, error })
        };
        let first = self.rungs.iter().position(|rung| rung.name() == name);
        let first = first.ok_or_else(|| unavailable("this service does not use it".to_string()))?;
        if let Some(reason) = self.rungs[first].supply.absent() {
            return Err(unavailable(reason));
        }
        if let Ok(engine) = self.rungs[first].supply.engine() {
            work.check(engine.capability())?;
        }
        let below = first + 1..self.rungs.len();
        let rest = below.filter(|&rung| self.is_exact_and_able(rung, work).is_ok());
        let rungs = std::iter::once(first).chain(rest).collect();
        Ok(Way { rungs, exactness: name.exactness() })
    }

    fn auto(&self, work: &Work<'_>) -> Result<Way, NoWay> {
        let (mut rungs, mut unable) = (Vec::with_capacity(self.rungs.len()), None);
        for rung in 0..self.rungs.len() {
            match self.is_exact_and_able(rung, work) {
                Ok(()) => rungs.push(rung),
                Err(because) => unable = unable.or(because),
            }
        }
        if rungs.is_empty() {
            return Err(unable.map_or(NoWay::NoneHere, NoWay::from));
        }
        let first = self.done_first(&rungs, work);
        rungs[..=first].rotate_right(1);
        Ok(Way { rungs, exactness: Exactness::Bits })
    }

    /// The place among some rungs of the one that is done first. Small work is for the CPU, which has no
    /// launch; engines whose cost is not known stand where they are listed.
    fn done_first(&self, rungs: &[usize], work: &Work<'_>) -> usize {
        let place = |name| rungs.iter().position(|&rung| self.rungs[rung].name() == name);
        // In a drill the order is what somebody wants to see.
        if place(EngineName::Scripted).is_some() {
            return 0;
        }
        if work.is_small()
            && let Some(cpu) = place(EngineName::Cpu)
        {
            return cpu;
        }
        let bytes = work.bytes();
        let estimates = rungs.iter().enumerate().map_while(|(place, &rung)| {
            Some((place, self.rungs[rung].cost(work)?.estimate(bytes)))
        });
        estimates.min_by_key(|(_, time)| *time).map_or(0, |(place, _)| place)
    }

    /// Whether a rung may take work whose bits count; an error says what it cannot, if it is not that.
    fn is_exact_and_able(&self, rung: usize, work: &Work<'_>) -> Result<(), Option<Unable>> {
        let rung = &self.rungs[rung];
        if rung.name().exactness() != Exactness::Bits {
            return Err(None);
        }
        work.suits(rung.name()).map_err(Some)?;
        // One that is starting is not waited for.
        let engine = rung.supply.engine().map_err(|_| None)?;
        work.check(engine.capability()).map_err(Some)
    }
}
