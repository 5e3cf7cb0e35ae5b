//! A driver without a device, for tests: it does what is asked as late as it may, notices what must not
//! be, and fails where it is told to.

mod audit;
mod memory;
mod work;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sphere_math::sampling::{Plan, Scheme};

use self::memory::{DeviceBytes, HostBytes};
use self::work::{Queue, Work};
use super::{
    Arguments, Device, DevicePointer, Driver, DriverError, EventHandle, EventUse, FunctionHandle,
    Grid, Memory, ModuleHandle, Result, StreamHandle,
};
use crate::EngineError;
use crate::cuda::harm::POISON;
use crate::device::probe::SCHEMES;

/// What every call says after a kernel has written where no memory is.
const ILLEGAL_ADDRESS: u32 = 700;

/// Clones are the same driver: one for the engine, one for the test.
#[derive(Clone, Debug)]
pub(in crate::cuda) struct Fake {
    device: Device,
    state: Arc<Mutex<State>>,
}

/// All there is.
#[derive(Debug, Default)]
struct State {
    script: Script,
    /// A kernel that writes one wrong bit.
    wrong: Option<&'static str>,
    plans: Vec<Plan>,
    next: u64,
    device: DeviceBytes,
    host: HostBytes,
    streams: BTreeMap<u64, Queue>,
    /// Where an event was recorded: stream and place.
    events: BTreeMap<u64, Option<(u64, u64)>>,
    /// The names of kernels.
    modules: BTreeMap<u64, String>,
    /// What must not be.
    wrongs: Vec<String>,
}

/// Which calls fail.
#[derive(Debug, Default)]
struct Script {
    /// The names of all calls so far.
    calls: Vec<&'static str>,
    /// The call with this number, and all of this name, with such an error.
    one: Option<(usize, u32)>,
    all: Option<(&'static str, u32)>,
    /// The error after which nothing works.
    lost: Option<u32>,
}

impl Fake {
    pub(in crate::cuda) fn new(memory_bytes: u64) -> Self {
        let device = Device {
            name: "fake".to_string(),
            driver: "fake 1".to_string(),
            architecture: [9, 0],
            memory_bytes,
        };
        let plans = SCHEMES.iter().map(|scheme| scheme.plan().unwrap()).collect();
        let state = State { plans, ..State::default() };
        Self { device, state: Arc::new(Mutex::new(state)) }
    }

    /// Has its kernels compute the points of a scheme: the probed ones they know.
    pub(in crate::cuda) fn know(&self, scheme: &Scheme) {
        self.state().plans.push(scheme.plan().unwrap());
    }

    /// Has a kernel write one wrong bit.
    pub(in crate::cuda) fn spoil(&self, kernel: &'static str) {
        self.state().wrong = Some(kernel);
    }

    /// Has the call with a number, counted from now on, fail with an error.
    pub(in crate::cuda) fn fail_at(&self, call: usize, code: u32) {
        let mut state = self.state();
        state.script.one = Some((state.script.calls.len() + call, code));
    }

    /// Has every call of a name fail with an error.
    pub(in crate::cuda) fn fail_all(&self, call: &'static str, code: u32) {
        self.state().script.all = Some((call, code));
    }

    /// The names of the calls so far.
    pub(in crate::cuda) fn calls(&self) -> Vec<&'static str> {
        self.state().script.calls.clone()
    }

    /// The most bytes of the device that were taken at once.
    pub(in crate::cuda) fn most_device_bytes(&self) -> usize {
        self.state().device.most()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call: the state, if it does not fail.
    fn call(&self, call: &'static str) -> Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        let script = &mut state.script;
        let number = script.calls.len();
        script.calls.push(call);
        let one = script.one.filter(|(at, _)| *at == number).map(|(_, code)| code);
        let all = script.all.filter(|(name, _)| *name == call).map(|(_, code)| code);
        let Some(code) = script.lost.or(one).or(all) else { return Ok(state) };
        let error = DriverError { call, code, name: "SCRIPTED".to_string() };
        if matches!(EngineError::from(error.clone()), EngineError::Lost { .. }) {
            state.lose(code);
        }
        Err(error)
    }
}

impl State {
    /// Nothing that is queued is carried out any more.
    fn lose(&mut self, code: u32) {
        self.script.lost = Some(code);
        self.streams.values_mut().for_each(Queue::clear);
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn wrong(&mut self, what: String) {
        self.wrongs.push(what);
    }

    fn queue(&mut self, stream: StreamHandle, work: Work) {
        match self.streams.get_mut(&stream.0) {
            Some(queue) => queue.push(work),
            None => self.wrong(format!("{work:?} on a stream that is not there")),
        }
    }
}

impl Driver for Fake {
    fn device(&self) -> &Device {
        &self.device
    }

    fn memory(&self) -> Result<Memory> {
        let total_bytes = self.device.memory_bytes;
        let taken = self.call("memory")?.device.taken() as u64;
        Ok(Memory { free_bytes: total_bytes - taken, total_bytes })
    }

    fn allocate(&self, bytes: usize, stream: StreamHandle) -> Result<DevicePointer> {
        let mut state = self.call("allocate")?;
        if state.device.taken() + bytes > self.device.memory_bytes as usize {
            let name = "FULL".to_string();
            return Err(DriverError { call: "allocate", code: 2, name });
        }
        if !state.streams.contains_key(&stream.0) {
            state.wrong("memory for a stream that is not there".to_string());
        }
        Ok(state.device.allocate(bytes))
    }

    fn free(&self, memory: DevicePointer, stream: StreamHandle) -> Result<()> {
        self.state().attempt_free(memory);
        self.call("free")?.queue(stream, Work::Free(memory));
        Ok(())
    }

    fn trim(&self) -> Result<()> {
        self.call("trim").map(drop)
    }

    unsafe fn register(&self, host: *mut u8, bytes: usize) -> Result<()> {
        let mut state = self.call("register")?;
        if state.host.register(host.addr(), bytes) {
            return Ok(());
        }
        Err(DriverError { call: "register", code: 712, name: "REGISTERED".to_string() })
    }

    fn unregister(&self, host: *mut u8) -> Result<()> {
        self.state().attempt_unregister(host.addr());
        self.call("unregister")?.unregister(host.addr());
        Ok(())
    }

    fn mapped(&self, host: *mut u8) -> Result<DevicePointer> {
        let mut state = self.call("mapped")?;
        if !state.host.is_start(host.addr()) {
            state.wrong("mapped memory that is not registered".to_string());
        }
        Ok(memory::mapped(host.addr()))
    }

    fn create_stream(&self) -> Result<StreamHandle> {
        let mut state = self.call("create_stream")?;
        let number = state.number();
        state.streams.insert(number, Queue::default());
        Ok(StreamHandle(number))
    }

    fn destroy_stream(&self, stream: StreamHandle) -> Result<()> {
        let called = self.call("destroy_stream").map(drop);
        // What is queued is still carried out.
        let mut state = self.state();
        state.carry_out(stream.0, u64::MAX);
        if state.streams.remove(&stream.0).is_none() {
            state.wrong("a stream is destroyed twice".to_string());
        }
        called
    }

    fn synchronize_stream(&self, stream: StreamHandle) -> Result<()> {
        self.call("synchronize_stream")?.carry_out(stream.0, u64::MAX);
        Ok(())
    }

    fn create_event(&self, _purpose: EventUse) -> Result<EventHandle> {
        let mut state = self.call("create_event")?;
        let number = state.number();
        state.events.insert(number, None);
        Ok(EventHandle(number))
    }

    fn destroy_event(&self, event: EventHandle) -> Result<()> {
        let called = self.call("destroy_event").map(drop);
        let mut state = self.state();
        if state.events.remove(&event.0).is_none() {
            state.wrong("an event is destroyed twice".to_string());
        }
        called
    }

    fn record(&self, event: EventHandle, stream: StreamHandle) -> Result<()> {
        let mut state = self.call("record")?;
        let place = state.streams.get(&stream.0).map(|queue| (stream.0, queue.end()));
        if place.is_none() || state.events.insert(event.0, place).is_none() {
            state.wrong("an event or stream that is not there".to_string());
        }
        Ok(())
    }

    fn synchronize_event(&self, event: EventHandle) -> Result<()> {
        let mut state = self.call("synchronize_event")?;
        match state.events.get(&event.0) {
            Some(Some((stream, place))) => {
                let (stream, place) = (*stream, *place);
                state.carry_out(stream, place);
            }
            Some(None) => {}
            None => state.wrong("an event that is not there".to_string()),
        }
        Ok(())
    }

    fn elapsed_seconds(&self, first: EventHandle, last: EventHandle) -> Result<f64> {
        let state = self.call("elapsed_seconds")?;
        let place = |event: EventHandle| state.events.get(&event.0).copied().flatten();
        let [first, last] = [first, last].map(|event| place(event).map_or(0, |(_, at)| at));
        Ok((last - first) as f64)
    }

    fn load(&self, image: &[u8]) -> Result<ModuleHandle> {
        let mut state = self.call("load")?;
        let number = state.number();
        state.modules.insert(number, String::from_utf8_lossy(image).into_owned());
        Ok(ModuleHandle(number))
    }

    fn unload(&self, module: ModuleHandle) -> Result<()> {
        let called = self.call("unload").map(drop);
        let mut state = self.state();
        if state.modules.remove(&module.0).is_none() {
            state.wrong("a module is unloaded twice".to_string());
        }
        called
    }

    fn function(&self, module: ModuleHandle, name: &str) -> Result<FunctionHandle> {
        let mut state = self.call("function")?;
        if state.modules.get(&module.0).is_none_or(|known| known != name) {
            state.wrong(format!("there is no kernel {name} in this module"));
        }
        Ok(FunctionHandle(module.0))
    }

    unsafe fn launch(
        &self,
        function: FunctionHandle,
        grid: Grid,
        arguments: &Arguments,
        stream: StreamHandle,
    ) -> Result<()> {
        let mut state = self.call("launch")?;
        let arguments = *arguments;
        if u64::from(grid.groups) * u64::from(grid.group_threads) < arguments.header[2].into() {
            state.wrong("fewer threads than points".to_string());
        }
        if state.modules.get(&function.0).is_some_and(|name| name == POISON.name) {
            // The launch succeeds: it is what comes after it that is told.
            state.lose(ILLEGAL_ADDRESS);
            return Ok(());
        }
        state.poison_output(function, &arguments);
        state.queue(stream, Work::Launch(function, arguments));
        Ok(())
    }

    unsafe fn copy_to_host(
        &self,
        to: *mut u8,
        from: DevicePointer,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()> {
        let to = to.addr();
        let mut state = self.call("copy_to_host")?;
        if state.host.holds(to, bytes) {
            memory::write(to, &vec![memory::POISON; bytes]);
            state.queue(stream, Work::ToHost { to, from, bytes });
        } else {
            state.carry_out(stream.0, u64::MAX);
            state.work(&Work::ToHost { to, from, bytes });
        }
        Ok(())
    }

    unsafe fn copy_to_device(
        &self,
        to: DevicePointer,
        from: *const u8,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()> {
        let from = from.addr();
        let mut state = self.call("copy_to_device")?;
        if state.host.holds(from, bytes) {
            state.queue(stream, Work::ToDevice { to, from, bytes });
        } else {
            state.carry_out(stream.0, u64::MAX);
            state.work(&Work::ToDevice { to, from, bytes });
        }
        Ok(())
    }

    unsafe fn copy_on_device(
        &self,
        to: DevicePointer,
        from: DevicePointer,
        bytes: usize,
        stream: StreamHandle,
    ) -> Result<()> {
        self.call("copy_on_device")?.queue(stream, Work::OnDevice { to, from, bytes });
        Ok(())
    }
}
