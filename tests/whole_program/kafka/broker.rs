//! One broker for the whole run: the caller's, or one of our own that ends with the tests.

use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::project;

/// Where the broker can be reached, started if need be.
pub(crate) fn bootstrap() -> &'static str {
    static BROKER: OnceLock<Broker> = OnceLock::new();
    &BROKER.get_or_init(Broker::new).bootstrap
}

struct Broker {
    bootstrap: String,
    /// Its input is held open for as long as the tests run. When they end, however they end, it
    /// reads the end of it and stops the broker: no code of ours runs at that point.
    _watcher: Option<Child>,
}

impl Broker {
    fn new() -> Self {
        match std::env::var("MINGJIAN_TEST_KAFKA") {
            Ok(bootstrap) if !bootstrap.is_empty() => Self { bootstrap, _watcher: None },
            _ => Self::start(),
        }
    }

    fn start() -> Self {
        let script = project::root().join("deploy/dev/kafka.sh");
        let folder = tempfile::tempdir().unwrap().keep();
        // Ctrl-C is meant for the tests; their end then ends the broker.
        let watch = r#"trap '' INT; read -r _; "$0" stop --dir "$1"; rm -rf "$1""#;
        let watcher = Command::new("sh")
            .args(["-c", watch])
            .arg(&script)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Command::new(&script)
            .args(["start", "--dir"])
            .arg(&folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&started.stderr);
        assert!(started.status.success(), "kafka does not start: {said}");
        let answer = String::from_utf8(started.stdout).unwrap();
        let last = answer.lines().last().and_then(|line| line.strip_prefix("bootstrap="));
        Self { bootstrap: last.unwrap().to_owned(), _watcher: Some(watcher) }
    }
}
