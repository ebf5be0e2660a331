//! `mingjian serve` as a child process: what it logs, what it answers over HTTP, how it ends.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::feed;
use super::topics::{PATIENCE, Topics};
use crate::program::{Finished, mingjian};

/// Writes the configuration of a service on these topics.
pub(crate) fn configure(topics: &Topics) -> Configuration {
    configure_with(topics, "")
}

/// The same with these settings, in TOML, added or in place of the usual ones.
pub(crate) fn configure_with(topics: &Topics, settings: &str) -> Configuration {
    let folder = tempfile::tempdir().unwrap();
    let configuration =
        Configuration { file: folder.path().join("mingjian.toml"), _folder: folder };
    configuration.write(topics, settings);
    configuration
}

fn text(topics: &Topics, settings: &str) -> String {
    let Topics { bootstrap, input, review, dead_letters, group, .. } = topics;
    let max_bytes = feed::MAX_BYTES;
    let usual = format!(
        r#"
        [kafka]
        brokers = "{bootstrap}"
        group = "{group}"
        input_topics = ["{input}"]
        review_topic = "{review}"
        dead_letter_topic = "{dead_letters}"
        transactional_id = "{group}-0"
        # What these tests are about is the way, not the verdict: the encoder would make a
        # debug build of it slow. The whole feed is judged with both looks.
        [model]
        second_look = false
        [batch]
        max_posts = 1500
        [input]
        max_bytes = {max_bytes}
        [http]
        listen = "127.0.0.1:0"
        [log]
        format = "json"
        level = "info,mingjian_stream=trace"
        "#
    );
    let mut all: toml::Table = usual.parse().unwrap();
    for (section, values) in settings.parse::<toml::Table>().unwrap() {
        let section = all.entry(section).or_insert_with(|| toml::Table::new().into());
        section.as_table_mut().unwrap().extend(values.as_table().unwrap().clone());
    }
    all.to_string()
}

/// A configuration on disk.
pub(crate) struct Configuration {
    pub(crate) file: PathBuf,
    _folder: TempDir,
}

impl Configuration {
    /// Writes the file anew.
    pub(crate) fn write(&self, topics: &Topics, settings: &str) {
        fs::write(&self.file, text(topics, settings)).unwrap();
    }
}

/// A service that runs.
pub(crate) struct Service {
    child: Child,
    address: String,
    log: JoinHandle<String>,
}

impl Service {
    /// Starts a service and waits until it says where it answers over HTTP.
    pub(crate) fn start(configuration: &Configuration) -> Self {
        let mut call = mingjian("serve");
        call.arg("--config").arg(&configuration.file).arg("--json");
        call.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = call.spawn().unwrap();
        let (sender, addresses) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            for line in stderr.lines() {
                let line = line.unwrap();
                let fields =
                    serde_json::from_str(&line).map(|mut event: Value| event["fields"].take());
                if let Ok(Value::String(address)) =
                    fields.map(|mut fields| fields["address"].take())
                {
                    // Only the first one is waited for.
                    let _ = sender.send(address);
                }
                log.push_str(&line);
                log.push('\n');
            }
            log
        });
        let address = wait_for(&addresses, &mut child);
        Self { child, address, log }
    }

    /// Asks over HTTP: status and content.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.ask("GET", path)
    }

    /// Orders over HTTP: status and content.
    pub(crate) fn post(&self, path: &str) -> (u16, String) {
        self.ask("POST", path)
    }

    fn ask(&self, method: &str, path: &str) -> (u16, String) {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        write!(connection, "{method} {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, content) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split_whitespace().nth(1).unwrap();
        (status.parse().unwrap(), content.to_owned())
    }

    /// Asks until the answer is the one that is waited for.
    pub(crate) fn get_until(
        &mut self,
        path: &str,
        is_expected: impl Fn(u16, &str) -> bool,
    ) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert_eq!(self.child.try_wait().unwrap(), None, "the service ended");
            let (status, content) = self.get(path);
            if is_expected(status, &content) {
                return content;
            }
            assert!(Instant::now() < deadline, "{path} still answers {status} {content}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The value of a metric, by its name and labels as they stand in the text.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    }

    /// Memory that the process takes now, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Asks it to stop as a supervisor does; what it printed until it was gone.
    pub(crate) fn terminate(self) -> Finished {
        self.signal("TERM");
        self.finish()
    }

    /// What it printed until it was gone by itself.
    pub(crate) fn finish(mut self) -> Finished {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let code = self.child.wait().unwrap().code();
        let log = std::mem::replace(&mut self.log, std::thread::spawn(String::new));
        Finished { code, out, err: log.join().unwrap() }
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(sent.unwrap().success(), "cannot send {name} to {pid}");
}

impl Drop for Service {
    fn drop(&mut self) {
        // A test that failed leaves no service behind; one that is gone already is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(addresses: &Receiver<String>, child: &mut Child) -> String {
    addresses.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        let _ = child.kill();
        panic!("the service does not say where it answers");
    })
}
