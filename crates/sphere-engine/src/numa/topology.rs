//! Which nodes there are.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{NumaError, affinity, cpu_list};

/// Where Linux describes its nodes.
const ROOT: &str = "/sys/devices/system/node";

/// Distances where the system names none: those of firmware tables.
const TO_ITSELF: u32 = 10;
const TO_OTHERS: u32 = 20;

/// The nodes that are in use, by number. There may be holes in the numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    nodes: Vec<Node>,
}

/// A node of memory, with the processors beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its number.
    pub id: u32,
    /// Its processors, ascending; a node may have memory only.
    pub cpus: Vec<u32>,
    /// Its memory.
    pub memory: Memory,
    /// To each node of the topology, in its order: 10 to itself, more the longer a read takes.
    pub distances: Vec<u32>,
}

/// Memory of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// All there is.
    pub total_bytes: u64,
    /// Unused, or holding copies of files, which make room for whoever needs it.
    pub free_bytes: u64,
}

impl Topology {
    /// The nodes of this machine, with the processors that this process may use.
    ///
    /// # Errors
    /// [`NumaError::Unavailable`] on systems that do not say (all but Linux).
    pub fn here() -> Result<Self, NumaError> {
        Ok(Self::read(Path::new(ROOT))?.with_cpus(&affinity::allowed()?))
    }

    /// The nodes that a folder describes as Linux does: `online`, and for each node in use
    /// `node<number>/{cpulist,meminfo,distance}`.
    ///
    /// # Errors
    /// A folder without them, and files that say something else.
    pub fn read(root: &Path) -> Result<Self, NumaError> {
        let online = numbers(&root.join("online"))?;
        let nodes = online.iter().map(|&id| Node::read(root, id, &online));
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        if nodes.is_empty() {
            return Err(NumaError::Unavailable { reason: "no node is online".to_string() });
        }
        Ok(Self { nodes })
    }

    /// The same with these processors only: a container may not use all.
    #[must_use]
    pub fn with_cpus(mut self, allowed: &BTreeSet<u32>) -> Self {
        for node in &mut self.nodes {
            node.cpus.retain(|cpu| allowed.contains(cpu));
        }
        self
    }

    /// The nodes, by number.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}

impl Node {
    fn read(root: &Path, id: u32, online: &[u32]) -> Result<Self, NumaError> {
        let folder = root.join(format!("node{id}"));
        let cpus = numbers(&folder.join("cpulist"))?;
        let memory = Memory::read(&folder.join("meminfo"))?;
        let distances = distances(&folder.join("distance"), id, online)?;
        Ok(Self { id, cpus, memory, distances })
    }
}

impl Memory {
    /// Lines such as `Node 0 MemTotal:  1024 kB`.
    fn read(file: &Path) -> Result<Self, NumaError> {
        let text = text(file)?;
        let bytes = |name: &str| {
            let line = text.lines().find_map(|line| line.split_once(name)).map(|(_, rest)| rest);
            let kilobytes = line?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
            kilobytes.checked_mul(1 << 10)
        };
        let (Some(total_bytes), Some(free)) = (bytes(" MemTotal:"), bytes(" MemFree:")) else {
            return Err(malformed(file, &text, "memory of a node"));
        };
        // Older systems do not tell files apart; then they count as used.
        let files = [" Active(file):", " Inactive(file):"].map(|name| bytes(name).unwrap_or(0));
        let free_bytes = files.iter().fold(free, |sum, &more| sum.saturating_add(more));
        Ok(Self { total_bytes, free_bytes: free_bytes.min(total_bytes) })
    }
}

/// One number for each node online.
fn distances(file: &Path, id: u32, online: &[u32]) -> Result<Vec<u32>, NumaError> {
    if !file.exists() {
        let of = |&other: &u32| if other == id { TO_ITSELF } else { TO_OTHERS };
        return Ok(online.iter().map(of).collect());
    }
    let text = text(file)?;
    let given = text.split_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>();
    (given.ok())
        .filter(|distances| distances.len() == online.len())
        .ok_or_else(|| malformed(file, &text, "list of distances to all nodes"))
}

fn numbers(file: &Path) -> Result<Vec<u32>, NumaError> {
    let text = text(file)?;
    cpu_list::parse(&text).ok_or_else(|| malformed(file, &text, "list of numbers"))
}

fn text(file: &Path) -> Result<String, NumaError> {
    fs::read_to_string(file).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::NotFound => "there is none".to_string(),
            _ => error.to_string(),
        };
        NumaError::Unavailable { reason: format!("{}: {why}", file.display()) }
    })
}

/// With the first line only: a file may be long.
fn malformed(file: &Path, text: &str, what: &'static str) -> NumaError {
    let text = text.lines().next().unwrap_or_default().chars().take(80).collect();
    NumaError::Malformed { file: file.to_path_buf(), text, what }
}
