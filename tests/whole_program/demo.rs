//! `mingjian serve --demo`: the whole service without a broker.

use std::fs;

use tempfile::tempdir;

use crate::program::{finish, mingjian};
use crate::project;
use crate::replay::{check_conservation, replay};

#[test]
fn the_demonstration_flags_what_a_replay_flags_and_ends_by_itself() {
    let (expected, flagged) = replay(&project::samples(), &[]);
    let folder = tempdir().unwrap();
    let config = folder.path().join("mingjian.toml");
    // The default port may be taken by a service that runs on this machine.
    fs::write(&config, "[http]\nlisten = '127.0.0.1:0'\n[log]\nlevel = 'warn'").unwrap();
    let call = &mut mingjian("serve");
    call.args(["--demo", "--json", "--config"]).arg(&config).arg("--input").arg(project::samples());
    let finished = finish(call).succeeded();
    for record in &flagged {
        let shown = finished.err.lines().any(|line| line.starts_with(&format!("{}  ", record.id)));
        assert!(shown, "{} is not shown", record.id);
    }
    let report = finished.json();
    check_conservation(&report);
    assert_eq!(report["drained"], true);
    let counts = ["read", "bytes", "passed", "flagged", "flagged_by_category", "dead_lettered"];
    for key in counts {
        assert_eq!(report[key], expected[key], "{key}");
    }
}

#[test]
fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = tempdir().unwrap();
    let config = folder.path().join("mingjian.toml");
    fs::write(&config, format!("[http]\nlisten = '{address}'\n[log]\nlevel = 'off'")).unwrap();
    let said = finish(mingjian("serve").args(["--demo", "--config"]).arg(&config)).refused();
    assert!(said.contains(&format!("cannot listen on http.listen = {address}")), "{said}");
}
