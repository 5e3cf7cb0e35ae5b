use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use super::*;

const SM_80: Architecture = Architecture { major: 8, minor: 0 };
const SM_86: Architecture = Architecture { major: 8, minor: 6 };
const SM_90: Architecture = Architecture { major: 9, minor: 0 };

/// "Compiles" a text into one that says what it was made of, and counts how often.
#[derive(Clone, Debug)]
struct Fake {
    version: [u32; 2],
    runs: Arc<AtomicUsize>,
    newest: Architecture,
}

impl Fake {
    fn new(minor: u32) -> Self {
        let newest = Architecture { major: u32::MAX, minor: 0 };
        Self { version: [12, minor], runs: Arc::default(), newest }
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    fn cubins(&self, folder: &Path) -> Cubins {
        Cubins { folder: Some(folder.to_path_buf()), compiler: Ok(Box::new(self.clone())) }
    }
}

impl Compiler for Fake {
    fn version(&self) -> [u32; 2] {
        self.version
    }

    fn compile(&self, name: &str, text: &str, to: Architecture) -> Result<Vec<u8>, EngineError> {
        if to > self.newest || text.contains("wrong") {
            return Err(EngineError::Failed { reason: format!("{name}: the log") });
        }
        self.runs.fetch_add(1, Ordering::Relaxed);
        Ok(cubin(text, to, self.version[1]))
    }
}

fn cubin(text: &str, to: Architecture, minor: u32) -> Vec<u8> {
    format!("\x7fELF {text} {to} 12.{minor}").into_bytes()
}

fn without_compiler(folder: &Path) -> Cubins {
    let why = "NVRTC: it is not installed".to_string();
    Cubins { folder: Some(folder.to_path_buf()), compiler: Err(why) }
}

fn get(cubins: &Cubins, text: &str, device: Architecture) -> Vec<u8> {
    cubins.get("kernel", text, device).unwrap()
}

#[test]
fn each_text_is_compiled_once_for_each_architecture() {
    let folder = TempDir::new().unwrap();
    let fake = Fake::new(9);
    for (text, device, runs) in [
        ("a", SM_80, 1),
        ("a", SM_80, 1),
        ("b", SM_80, 2),
        ("a", SM_90, 3),
        ("a", SM_86, 4),
        ("b", SM_80, 4),
        ("a", SM_90, 4),
    ] {
        let cubins = fake.cubins(&folder.path().join("made/on/demand"));
        assert_eq!(get(&cubins, text, device), cubin(text, device, 9));
        assert_eq!(fake.runs(), runs, "{text} for {device}");
    }
}

#[test]
fn what_is_damaged_is_compiled_again() {
    let folder = TempDir::new().unwrap();
    let fake = Fake::new(9);
    let cubins = fake.cubins(folder.path());
    let whole = get(&cubins, "a", SM_90);
    let path = cubins.place("a", SM_90).unwrap().path;
    let good = fs::read(&path).unwrap();
    let other = {
        get(&cubins, "b", SM_90);
        fs::read(cubins.place("b", SM_90).unwrap().path).unwrap()
    };
    let mut damaged: Vec<Vec<u8>> = vec![Vec::new(), b"a file of somebody else".to_vec(), other];
    damaged.extend((0..good.len()).map(|end| good[..end].to_vec()));
    damaged.extend((0..good.len()).map(|at| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    }));
    damaged.push([&good[..], b"\0"].concat());
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        assert!(without_compiler(folder.path()).get("kernel", "a", SM_90).is_err());
        let runs = fake.runs();
        assert_eq!((get(&cubins, "a", SM_90), fake.runs()), (whole.clone(), runs + 1));
        assert_eq!(fs::read(&path).unwrap(), good);
    }
}

#[test]
fn a_folder_that_cannot_be_written_costs_a_compilation() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let fake = Fake::new(9);
    // A folder beneath a file cannot be made, whoever asks; nor can a file replace a folder.
    let beneath = fake.cubins(&file.join("cubins"));
    let taken = fake.cubins(folder.path());
    fs::create_dir(taken.place("a", SM_90).unwrap().path).unwrap();
    let nowhere = Cubins { folder: None, ..fake.cubins(folder.path()) };
    for (at, cubins) in [beneath, taken, nowhere].iter().enumerate() {
        for run in 1..=2 {
            assert_eq!(get(cubins, "a", SM_90), cubin("a", SM_90, 9));
            assert_eq!(fake.runs(), 2 * at + run);
        }
        assert!(cubins.fill("kernel", "a", SM_90).is_err());
        fake.runs.fetch_sub(1, Ordering::Relaxed);
    }
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "nothing is left but the file and the folder");
}

#[test]
fn another_version_serves_where_nothing_compiles() {
    let folder = TempDir::new().unwrap();
    get(&Fake::new(8).cubins(folder.path()), "a", SM_80);
    // The bundle of one machine on another one, with a newer device of the same family.
    let none = without_compiler(folder.path());
    for device in [SM_80, SM_86] {
        assert_eq!(get(&none, "a", device), cubin("a", SM_80, 8));
    }
    // An old compiler does not know the device.
    let old = Fake { newest: SM_80, ..Fake::new(2) };
    assert_eq!(get(&old.cubins(folder.path()), "a", SM_86), cubin("a", SM_80, 8));
    // A newer one replaces what is there.
    let newer = Fake::new(9);
    assert_eq!(get(&newer.cubins(folder.path()), "a", SM_80), cubin("a", SM_80, 9));
    assert_eq!(get(&none, "a", SM_80), cubin("a", SM_80, 9));
}

#[test]
fn what_cannot_be_had_is_said() {
    let folder = TempDir::new().unwrap();
    let none = without_compiler(folder.path());
    let error = none.get("kernel", "a", SM_90).unwrap_err();
    let EngineError::Unavailable { reason } = error else { panic!("{error}") };
    let place = folder.path().display().to_string();
    for part in ["kernel", "sm_90", "NVRTC: it is not installed", &place] {
        assert!(reason.contains(part), "{reason}");
    }
    let error = Fake::new(9).cubins(folder.path()).get("kernel", "wrong", SM_90).unwrap_err();
    assert_eq!(error, EngineError::Failed { reason: "kernel: the log".to_string() });
}

/// Where a process that this test starts has its folder.
const FOLDER: &str = "SPHERE_TEST_CUBINS";

fn write_many(folder: &Path) {
    for round in 0..20 {
        for at in 0..10 {
            let text = format!("text {at} {}", "x".repeat(100_000));
            let cubins = Fake::new(round % 2).cubins(folder);
            assert!(get(&cubins, &text, SM_90).starts_with(format!("\x7fELF {text}").as_bytes()));
        }
    }
}

#[test]
fn processes_that_write_at_once_leave_whole_files() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write_many(Path::new(&folder));
    }
    let folder = TempDir::new().unwrap();
    let this = "cuda::cache::tests::processes_that_write_at_once_leave_whole_files";
    let start = |_| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", this]).env(FOLDER, folder.path()).stdout(Stdio::null());
        command.spawn().unwrap()
    };
    let children: Vec<_> = (0..2).map(start).collect();
    write_many(folder.path());
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 10, "and nothing else");
}
