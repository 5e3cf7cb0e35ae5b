//! A headless Chromium, driven through the `DevTools` protocol over a pair of pipes.

#![allow(dead_code)]

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

const FLAGS: &str = "--headless=new --no-sandbox --disable-dev-shm-usage --use-angle=swiftshader \
    --enable-unsafe-swiftshader --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --window-size=1200,800";

/// A page in a browser.
pub(crate) struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: Value,
    next: u64,
    events: Vec<Value>,
    _folder: TempDir,
}

impl Browser {
    /// `None` where there is no Chromium, unless `SPHERE_REQUIRE_BROWSER` says that there has to be.
    pub(crate) fn start() -> Option<Self> {
        Self::with("")
    }

    /// The same with more flags.
    pub(crate) fn with(flags: &str) -> Option<Self> {
        let found = |name: &&str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(OsStr::new(name)).is_file())
        };
        let program = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(found);
        let is_required = std::env::var_os("SPHERE_REQUIRE_BROWSER").is_some();
        assert!(program.is_some() || !is_required, "there is no chromium");
        let program = program?;
        let folder = tempfile::tempdir().unwrap();
        // The browser reads commands from descriptor 3 and answers on 4.
        let line = format!(
            "mkfifo in out && exec {program} {FLAGS} {flags} --user-data-dir=\"$PWD/data\" \
             --remote-debugging-pipe 3<in 4>out"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(&folder).stdin(Stdio::null());
        let child = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let [commands, answers] = ["in", "out"].map(|name| folder.path().join(name));
        while !answers.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let to = OpenOptions::new().write(true).open(commands).unwrap();
        let from = BufReader::new(File::open(answers).unwrap());
        let (session, events) = (Value::Null, Vec::new());
        let mut browser = Self { child, to, from, session, next: 0, events, _folder: folder };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        browser.session = browser.call("Target.attachToTarget", &attach)["sessionId"].clone();
        for domain in ["Runtime.enable", "Log.enable", "Page.enable"] {
            browser.call(domain, &json!({}));
        }
        Some(browser)
    }

    /// Calls a method of the protocol.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": params });
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        loop {
            let mut answer = Vec::new();
            self.from.read_until(0, &mut answer).unwrap();
            assert_eq!(answer.pop(), Some(0), "the browser has gone");
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            if answer["id"] == self.next {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    pub(crate) fn open(&mut self, url: &str) {
        self.call("Page.navigate", &json!({ "url": url }));
    }

    /// The value of an expression in the page.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let call = json!({ "expression": expression, "returnByValue": true });
        self.call("Runtime.evaluate", &call)["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait(&mut self, expression: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.evaluate(expression) != Value::Bool(true) {
            let text = self.evaluate("document.body.innerText");
            assert!(Instant::now() < deadline, "never true: {expression}; the page says {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses the mouse at one place and lets go of it at another.
    pub(crate) fn drag(&mut self, from: [f64; 2], to: [f64; 2]) {
        let steps = [("mousePressed", from), ("mouseMoved", to), ("mouseReleased", to)];
        for (kind, [x, y]) in steps {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", &event);
        }
    }

    /// Replaces what is in a field, as typing does.
    pub(crate) fn write(&mut self, selector: &str, text: &str) {
        self.evaluate(&format!("document.querySelector('{selector}').select()"));
        self.call("Input.insertText", &json!({ "text": text }));
    }

    /// What the page looks like, as base64 of a picture.
    pub(crate) fn picture(&mut self) -> String {
        self.call("Page.captureScreenshot", &json!({}))["data"].as_str().unwrap().to_string()
    }

    /// Exceptions, errors on the console, refused resources.
    pub(crate) fn faults(&mut self) -> Vec<Value> {
        // A round trip, so that what happened before it has been said.
        self.evaluate("1");
        let is_fault = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Runtime.consoleAPICalled") => event["params"]["type"] == "error",
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error",
            _ => false,
        };
        self.events.iter().filter(is_fault).cloned().collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
