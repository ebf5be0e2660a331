//! The demonstration as a service that goes on running, to be asked over HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::metric_names;
use crate::program::mingjian;

const PATIENCE: Duration = Duration::from_secs(60);

/// It ends with the value.
pub(crate) struct DemoService {
    child: Child,
    pub(crate) address: String,
}

impl DemoService {
    /// Starts it and waits until the sample feed is through.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("mingjian.toml");
        let text = "[http]\nlisten = '127.0.0.1:0'\n[log]\nformat = 'json'\nlevel = 'info'";
        std::fs::write(&config, text).unwrap();
        let mut call = mingjian("serve");
        call.args(["--demo", "--keep-running", "--config"]).arg(&config);
        call.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = call.spawn().unwrap();
        let (sender, addresses) = mpsc::channel();
        let said = BufReader::new(child.stderr.take().unwrap());
        // Reads to the end, so that the service never waits for us.
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if let Some(address) = address(&line) {
                    // Only the first one is waited for.
                    let _ = sender.send(address);
                }
            }
        });
        let address = addresses.recv_timeout(PATIENCE).expect("the service says its address");
        let service = Self { child, address };
        service.wait_for("mingjian_received_total 300");
        service
    }

    /// Waits until the metrics say this.
    fn wait_for(&self, expected: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.get("/metrics").1.contains(expected) {
            assert!(Instant::now() < deadline, "{}", self.get("/metrics").1);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Status and content.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        write!(connection, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, content) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split_whitespace().nth(1).unwrap();
        (status.parse().unwrap(), content.to_owned())
    }

    /// The labels of every metric, once the broker has told the lag.
    pub(crate) fn labels_by_metric(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.wait_for("mingjian_consumer_lag{");
        metric_names::labels_by_metric(&self.get("/metrics").1)
    }

    /// The value of a metric without labels.
    pub(crate) fn value(&self, metric: &str) -> f64 {
        let (_, metrics) = self.get("/metrics");
        let value = metrics.lines().find_map(|line| line.strip_prefix(metric)?.trim().parse().ok());
        value.unwrap_or_else(|| panic!("{metric} is not among {metrics}"))
    }
}

/// The address in a log line, if it tells one.
fn address(line: &str) -> Option<String> {
    let event: Value = serde_json::from_str(line).ok()?;
    event["fields"]["address"].as_str().map(str::to_owned)
}

impl Drop for DemoService {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
