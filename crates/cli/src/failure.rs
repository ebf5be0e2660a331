//! Exit codes, the same for every command: 0 good, 1 ran and found a failure, 2 bad usage or
//! bad input.

use std::process::ExitCode;

use crate::paint;

/// The command ran and found a failure.
pub(crate) const FOUND_A_FAILURE: u8 = 1;
/// The command could not run: bad usage or bad input.
pub(crate) const BAD_INPUT: u8 = 2;

/// An error that is a finding, not a mistake of the caller.
#[derive(Debug)]
pub(crate) struct Finding(pub(crate) String);

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Finding {}

/// Prints an error with its causes and gives the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        return ExitCode::SUCCESS;
    }
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    paint::error(&causes.join(": "));
    let code = if error.is::<Finding>() { FOUND_A_FAILURE } else { BAD_INPUT };
    ExitCode::from(code)
}

/// A reader such as `head` that has seen enough is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
