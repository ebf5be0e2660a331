//! `mingjian soak`, and with it a rolling restart under load.

use super::feed;
use super::service::configure_with;
use super::topics::Topics;
use crate::program::{finish, mingjian};

#[test]
fn a_rolling_restart_under_load_loses_and_doubles_nothing() {
    let topics = Topics::named("soak", feed::PARTITIONS);
    topics.create_all();
    let group = &topics.group;
    let configuration = configure_with(
        &topics,
        &format!("[kafka]\ngroup_instance_id = '{group}'\n[batch]\nmax_posts = 500"),
    );
    let mut call = mingjian("soak");
    call.args(["--posts", "20000", "--rate", "2000", "--instances", "2", "--restarts", "4"]);
    let report = finish(call.arg("--config").arg(&configuration.file).arg("--json")).json();
    assert_eq!(report["conserved"], true, "{report}");
    assert_eq!((&report["lost"], &report["doubled"]), (&0.into(), &0.into()), "{report}");
    assert!(report["flagged"].as_u64() > Some(100), "{report}");
    assert_eq!(report["dead_lettered"], 1000, "{report}");
    eprintln!("soak: {report}");
}
