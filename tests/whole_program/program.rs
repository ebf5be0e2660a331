//! Building `mingjian` once, running it, and looking at how it ended.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use cargo_metadata::Message;
use serde_json::Value;

use crate::project;

/// The program, built with the profile of the tests themselves.
pub(crate) fn path() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "mingjian-cli", "--message-format=json"])
        .args(["--profile", &profile()])
        .current_dir(project::root())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "mingjian does not build");
    Message::parse_stream(&output.stdout[..])
        .filter_map(|message| match message.unwrap() {
            Message::CompilerArtifact(artifact) if artifact.target.name == "mingjian" => {
                artifact.executable
            }
            _ => None,
        })
        .next()
        .expect("cargo names the program it built")
        .into()
}

/// The profile is told by the folder that this test stands in: `target/debug/deps/…`.
fn profile() -> String {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).and_then(Path::file_name).unwrap();
    match folder.to_str().unwrap() {
        "debug" => "dev".to_owned(),
        other => other.to_owned(),
    }
}

/// A call of the program, run from the root of the project without the caller's own settings.
pub(crate) fn mingjian(command: &str) -> Command {
    let mut call = Command::new(path());
    call.arg(command).current_dir(project::root());
    for setting in ["MINGJIAN_MODEL", "CLICOLOR_FORCE", "RUST_LOG"] {
        call.env_remove(setting);
    }
    call
}

/// Runs to the end, with nothing on standard input.
pub(crate) fn finish(call: &mut Command) -> Finished {
    Finished::new(call.stdin(Stdio::null()).output().unwrap())
}

/// Runs to the end with this on standard input.
pub(crate) fn finish_with_input(call: &mut Command, input: &[u8]) -> Finished {
    call.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = call.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // The program may leave before it has read everything.
        scope.spawn(move || stdin.write_all(input));
        Finished::new(child.wait_with_output().unwrap())
    })
}

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Finished {
    pub(crate) fn new(output: Output) -> Self {
        let finished = Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        };
        assert!(!finished.err.contains("panicked at"), "the program panicked:\n{}", finished.err);
        finished
    }

    /// It went well.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self
    }

    /// It refused to run, printed nothing for scripts, and said why: the words that it said.
    #[track_caller]
    pub(crate) fn refused(self) -> String {
        assert_eq!(self.code, Some(2), "{}\n{}", self.out, self.err);
        assert_eq!(self.out, "", "standard output belongs to results");
        assert!(self.err.starts_with("error: "), "{}", self.err);
        self.err
    }

    /// The one JSON object on standard output, which holds nothing else.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let finished = self.succeeded();
        assert_eq!(finished.out.lines().count(), 1, "{}", finished.out);
        let value: Value = serde_json::from_str(&finished.out).expect("standard output is JSON");
        assert!(value.is_object(), "{value}");
        value
    }
}
