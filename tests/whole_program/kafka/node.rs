//! A broker of one test's own, which may be killed, frozen and started again.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::service::signal;
use crate::project;

/// A broker without security, run by `deploy/dev/kafka.sh`.
pub(crate) struct Node {
    folder: TempDir,
    pub(crate) bootstrap: String,
}

impl Node {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut node = Self { folder, bootstrap: String::new() };
        node.bootstrap = node.run(&[]);
        node
    }

    /// Starts it again at the same address, on the same data.
    pub(crate) fn start_again(&self) {
        let (_, port) = self.bootstrap.rsplit_once(':').unwrap();
        assert_eq!(self.run(&["--port", port]), self.bootstrap);
    }

    fn run(&self, options: &[&str]) -> String {
        let mut call = Command::new(script());
        call.args(["start", "--dir"]).arg(self.folder.path()).args(options);
        let started = call.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&started.stderr);
        assert!(started.status.success(), "kafka does not start: {said}");
        let answer = String::from_utf8(started.stdout).unwrap();
        let last = answer.lines().last().and_then(|line| line.strip_prefix("bootstrap="));
        last.unwrap().to_owned()
    }

    /// Sends it a signal, such as `KILL`, `STOP` or `CONT`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = fs::read_to_string(self.folder.path().join("pid")).unwrap();
        signal(pid.trim().parse().unwrap(), name);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that is frozen does not hear that it should stop. What is gone already is fine.
        if let Ok(pid) = fs::read_to_string(self.folder.path().join("pid")) {
            let _ = Command::new("kill").args(["-CONT", pid.trim()]).status();
        }
        let _ = Command::new(script())
            .args(["stop", "--dir"])
            .arg(self.folder.path())
            .stderr(Stdio::null())
            .status();
    }
}

pub(crate) fn script() -> PathBuf {
    project::root().join("deploy/dev/kafka.sh")
}
