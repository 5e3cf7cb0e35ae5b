//! The real server, started and ended by a test.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What every test gives it: synced before it is acknowledged.
pub(crate) const SYNCED: &str = "sync_interval: always";

/// Ends the server when the test ends, however that ends, and removes what it has stored.
const KEEPER: &str = r#"
    "$1" --config "$2" --pid "$3" --log "$4" & server=$!
    read again; kill -9 $server; wait $server; [ "$again" ] || rm -rf "$5"
"#;

/// Where the server is, if it is anywhere: in the target folder, where `tools/setup --tests` puts it.
pub(crate) fn binary() -> Option<PathBuf> {
    let named = std::env::var_os("SPHERE_NATS_SERVER").map(PathBuf::from);
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../nats/bin/nats-server");
    let found = named.into_iter().chain([installed]).find(|path| path.is_file());
    assert!(
        found.is_some() || std::env::var_os("SPHERE_REQUIRE_NATS").is_none(),
        "no nats-server: run tools/setup --tests"
    );
    found
}

/// Whether there is one. Says so if a test is skipped.
pub(crate) fn is_there() -> bool {
    let there = binary().is_some();
    if !there {
        println!("skipped: no nats-server (tools/setup --tests installs it)");
    }
    there
}

/// Some that know each other, or one.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(crate) struct Node {
    folder: PathBuf,
    port: u16,
    keeper: Option<Child>,
}

impl Cluster {
    /// With additions to the configuration.
    pub(crate) fn start(nodes: usize, jetstream: &str, more: &str) -> Self {
        let ports: Vec<[u16; 2]> = (0..nodes).map(|_| [free_port(), free_port()]).collect();
        let routes: Vec<_> =
            ports.iter().map(|[_, route]| format!("\"nats://127.0.0.1:{route}\"")).collect();
        let routes = routes.join(", ");
        let start = |[port, route]: [u16; 2]| {
            let folder = tempfile::Builder::new().prefix("sphere-nats").tempdir().unwrap().keep();
            let store = folder.join("store");
            let mut text = format!("listen: \"127.0.0.1:{port}\"\nserver_name: n{port}\n{more}\n");
            if jetstream != "none" {
                let store = store.display();
                writeln!(text, "jetstream {{ store_dir: \"{store}\", {jetstream} }}").unwrap();
            }
            if nodes > 1 {
                let listen = format!("listen: \"127.0.0.1:{route}\"");
                writeln!(text, "cluster {{ name: tests, {listen}, routes: [{routes}] }}").unwrap();
            }
            fs::write(folder.join("conf"), text).unwrap();
            let mut node = Node { folder, port, keeper: None };
            node.start();
            node
        };
        let nodes: Vec<Node> = ports.into_iter().map(start).collect();
        nodes.iter().for_each(Node::wait);
        Self { nodes }
    }

    /// As it is given to a queue.
    pub(crate) fn address(&self) -> String {
        let hosts: Vec<_> = self.nodes.iter().map(|it| format!("127.0.0.1:{}", it.port)).collect();
        format!("nats://{}", hosts.join(","))
    }
}

impl Node {
    /// Again, with what it has stored.
    pub(crate) fn start(&mut self) {
        let file = |name: &str| self.folder.join(name);
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([binary().unwrap(), file("conf"), file("pid"), file("log")])
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.keeper = Some(keeper.unwrap());
    }

    /// Until it says what it is.
    pub(crate) fn wait(&self) {
        let began = Instant::now();
        loop {
            let mut line = String::new();
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) {
                stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
                if BufReader::new(stream).read_line(&mut line).is_ok() && line.starts_with("INFO") {
                    return;
                }
            }
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(20), "no server: {}", log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// With SIGKILL. It can be started again.
    pub(crate) fn kill(&mut self) {
        self.end("again\n");
    }

    fn end(&mut self, word: &str) {
        if let Some(mut keeper) = self.keeper.take() {
            keeper.stdin.take().unwrap().write_all(word.as_bytes()).unwrap();
            keeper.wait().unwrap();
        }
    }

    /// It answers nobody, and its connections stay.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.join("pid")).unwrap();
        let status = Command::new("kill").args(["-s", signal, pid.trim()]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.end("");
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
