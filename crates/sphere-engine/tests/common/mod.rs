//! Machines that are made up.

use std::fs;

use sphere_engine::numa::Topology;
use tempfile::TempDir;

/// A node as Linux describes it: number, processors, MiB in all and free, distances.
pub(crate) type Described<'a> = (u32, &'a str, u64, u64, &'a str);

pub(crate) fn tree(online: &str, nodes: &[Described<'_>]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("online"), online).unwrap();
    for (id, cpus, total, free, distances) in nodes {
        let folder = root.path().join(format!("node{id}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("cpulist"), format!("{cpus}\n")).unwrap();
        let meminfo = format!(
            "\nNode {id} MemTotal:       {} kB\nNode {id} MemFree:         {} kB\n\
             Node {id} MemUsed:         {} kB\n",
            total << 10,
            free << 10,
            (total - free) << 10
        );
        fs::write(folder.join("meminfo"), meminfo).unwrap();
        if !distances.is_empty() {
            fs::write(folder.join("distance"), format!("{distances}\n")).unwrap();
        }
    }
    root
}

pub(crate) fn topology(online: &str, nodes: &[Described<'_>]) -> Topology {
    Topology::read(tree(online, nodes).path()).unwrap()
}
