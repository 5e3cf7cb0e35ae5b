//! What threads wait with and talk by. In one place, because the model check (`tests/model`) compiles
//! the files that import it with another such place, where a scheduler decides who goes next.

pub(crate) use std::sync::mpsc::{Receiver, Sender, channel};
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
pub(crate) use std::thread::{self, JoinHandle};
