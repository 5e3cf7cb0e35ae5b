//! What is queued, and how it is carried out.

use std::collections::VecDeque;

use sphere_math::kernels::{Launch, NEAREST, Output};
use sphere_math::sampling::Plan;

use super::super::{Arguments, DevicePointer, FunctionHandle};
use super::State;
use super::memory::{self, POISON};
use crate::device::probe;

/// What a stream does.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Launch(FunctionHandle, Arguments),
    ToHost { to: usize, from: DevicePointer, bytes: usize },
    ToDevice { to: DevicePointer, from: usize, bytes: usize },
    OnDevice { to: DevicePointer, from: DevicePointer, bytes: usize },
    Free(DevicePointer),
}

/// A stream.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Work>,
    done: u64,
}

impl Queue {
    pub(super) fn push(&mut self, work: Work) {
        self.waiting.push_back(work);
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The place behind all that is queued.
    pub(super) fn end(&self) -> u64 {
        self.done + self.waiting.len() as u64
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = &Work> {
        self.waiting.iter()
    }

    /// The next piece of work before a place.
    fn next(&mut self, place: u64) -> Option<Work> {
        if self.done >= place {
            return None;
        }
        let work = self.waiting.pop_front()?;
        self.done += 1;
        Some(work)
    }
}

impl State {
    /// Does what a stream has queued before a place.
    pub(super) fn carry_out(&mut self, stream: u64, place: u64) {
        while let Some(work) = self.streams.get_mut(&stream).and_then(|queue| queue.next(place)) {
            self.work(&work);
        }
    }

    pub(super) fn work(&mut self, work: &Work) {
        match *work {
            Work::Launch(function, ref arguments) => self.launch(function, arguments),
            Work::ToHost { to, from, bytes } => {
                let read = self.read(from, bytes);
                memory::write(to, &read);
            }
            Work::ToDevice { to, from, bytes } => self.write(to, &memory::read(from, bytes)),
            Work::OnDevice { to, from, bytes } => {
                let read = self.read(from, bytes);
                self.write(to, &read);
            }
            Work::Free(pointer) => self.free(pointer),
        }
    }

    /// Memory as the device sees it. What is not there is wrong, and poison.
    fn read(&mut self, pointer: DevicePointer, bytes: usize) -> Vec<u8> {
        if let Some(found) = self.device.at(pointer, bytes) {
            return found.to_vec();
        }
        match memory::host_address(pointer) {
            Some(host) if self.host.holds(host, bytes) => memory::read(host, bytes),
            _ => {
                self.wrong(format!("{bytes} bytes are read where there are none"));
                vec![POISON; bytes]
            }
        }
    }

    fn write(&mut self, pointer: DevicePointer, bytes: &[u8]) {
        if let Some(found) = self.device.at(pointer, bytes.len()) {
            return found.copy_from_slice(bytes);
        }
        match memory::host_address(pointer) {
            Some(host) if self.host.holds(host, bytes.len()) => memory::write(host, bytes),
            _ => self.wrong(format!("{} bytes are written where there are none", bytes.len())),
        }
    }

    fn launch(&mut self, function: FunctionHandle, arguments: &Arguments) {
        let Some((plan, launch)) = self.plan(function, arguments) else {
            return self.wrong(format!("a launch with other parameters than any: {arguments:?}"));
        };
        let [low, high, count, _] = arguments.header;
        let start = u64::from(high) << 32 | u64::from(low);
        let range = start..start + u64::from(count);
        let mut bytes = if launch.kernel == NEAREST {
            self.nearest(&plan, arguments)
        } else {
            match launch.output {
                Output::Draw => cast(&probe::draws(&plan, range).unwrap()),
                Output::Single => cast(&probe::points::<f32>(&plan, &range).unwrap()),
                Output::Double => cast(&probe::points::<f64>(&plan, &range).unwrap()),
            }
        };
        if self.wrong == Some(launch.kernel.name) {
            bytes[0] ^= 1;
        }
        self.write(arguments.out, &bytes);
    }

    fn nearest(&mut self, plan: &Plan, arguments: &Arguments) -> Vec<u8> {
        let rows = arguments.header[2] as usize;
        let table = self.read(arguments.table, 24 * rows);
        let values: Vec<f64> = bytemuck::pod_collect_to_vec(&table);
        let direction = |row| [values[row], values[rows + row], values[2 * rows + row]];
        let index = |row| plan.nearest(direction(row)).unwrap_or(u64::MAX);
        cast(&(0..rows).map(index).collect::<Vec<u64>>())
    }

    /// The plan whose parameters a launch has.
    fn plan(&mut self, function: FunctionHandle, arguments: &Arguments) -> Option<(Plan, Launch)> {
        let name = self.modules.get(&function.0)?.clone();
        let output = [Output::Draw, Output::Single, Output::Double]
            .into_iter()
            .find(|output| *output as u32 == arguments.header[3])?;
        for plan in self.plans.clone() {
            let is_nearest = name == NEAREST.name;
            let launch =
                if is_nearest { plan.launch_nearest().ok() } else { Some(plan.launch(output)) };
            let Some(launch) = launch.filter(|launch| launch.kernel.name == name) else { continue };
            let same = |state: &mut Self, pointer, words: &[u32]| {
                let right: &[u8] = bytemuck::cast_slice(words);
                let found = state.device.at(pointer, right.len());
                found.is_some_and(|found| *found == *right)
            };
            if same(self, arguments.parameters, &launch.parameters)
                && (is_nearest || same(self, arguments.table, &launch.table))
            {
                return Some((plan, launch));
            }
        }
        None
    }

    /// Poison where a kernel will write to memory of this machine.
    pub(super) fn poison_output(&mut self, function: FunctionHandle, arguments: &Arguments) {
        let Some(host) = memory::host_address(arguments.out) else { return };
        let Some((_, launch)) = self.plan(function, arguments) else { return };
        let bytes = arguments.header[2] as usize * 4 * launch.words_per_point;
        if self.host.holds(host, bytes) {
            memory::write(host, &vec![POISON; bytes]);
        }
    }
}

fn cast<T: bytemuck::Pod>(values: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(values).to_vec()
}
