//! A reader that has seen enough, such as `head`, is no failure.

use std::process::{Command, Stdio};

use crate::program::{Finished, mingjian};

/// Runs a call whose standard output, or standard error, nobody reads.
fn finish_unread(call: &mut Command, closes_error: bool) -> Finished {
    call.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = call.spawn().unwrap();
    if closes_error {
        drop(child.stderr.take());
    } else {
        drop(child.stdout.take());
    }
    // Only now does the program get to an end of its input, and so to its results.
    drop(child.stdin.take());
    Finished::new(child.wait_with_output().unwrap())
}

#[test]
fn nobody_reads_standard_output() {
    finish_unread(mingjian("replay").args(["-", "--json"]), false).succeeded();
    finish_unread(mingjian("validate").arg("--example"), false).succeeded();
    finish_unread(mingjian("explain").args(["你好", "--json"]), false).succeeded();
}

#[test]
fn nobody_reads_standard_error() {
    finish_unread(&mut mingjian("replay"), true).succeeded();
    finish_unread(mingjian("explain").arg("你好"), true).succeeded();
}

#[test]
fn nobody_reads_the_flagged_posts() {
    finish_unread(mingjian("replay").args(["--quiet", "--out", "/dev/stdout"]), false).succeeded();
}
