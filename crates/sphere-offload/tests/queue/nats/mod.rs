//! The queue on servers: the suite on one and on three of them, and what is particular to it.

mod broken;
mod large;
mod processes;
mod refused;
pub(crate) mod server;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use sphere_offload::queue::nats::NatsOptions;
use sphere_offload::queue::{Clock, Limits, Queue};

use crate::stand::Place;
use server::{Cluster, SYNCED};

/// A queue of servers that are shared by all tests.
#[derive(Debug)]
struct OnServers {
    address: String,
    name: String,
}

impl OnServers {
    /// With a name that no other has.
    fn new(servers: &Cluster) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("queue-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        Self { address: servers.address(), name }
    }
}

impl Place for OnServers {
    fn open(&self, limits: Limits, clock: Arc<dyn Clock>) -> Arc<dyn Queue> {
        let options = NatsOptions::new(&self.address).name(&self.name);
        Arc::new(options.open(limits, clock).unwrap())
    }
}

impl Drop for OnServers {
    /// Forgets the queue, so that the servers have less to do.
    fn drop(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let addresses: Vec<_> = self.address.split(',').collect();
            let Ok(client) = async_nats::connect(addresses.as_slice()).await else { return };
            let context = async_nats::jetstream::new(client);
            for stream in [self.name.clone(), format!("{}-bytes", self.name)] {
                let _ = context.delete_stream(stream).await;
            }
        });
    }
}

pub(crate) fn on_one() -> Box<dyn Place> {
    static ONE: OnceLock<Cluster> = OnceLock::new();
    Box::new(OnServers::new(ONE.get_or_init(|| Cluster::start(1, SYNCED, ""))))
}

pub(crate) fn on_three() -> Box<dyn Place> {
    static THREE: OnceLock<Cluster> = OnceLock::new();
    Box::new(OnServers::new(THREE.get_or_init(|| Cluster::start(3, SYNCED, ""))))
}
