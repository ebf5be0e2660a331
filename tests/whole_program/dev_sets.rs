//! The same checks over public sets, which may not be copied into the project.

use crate::project;
use crate::replay::replay;

#[test]
fn evidence_adds_up_on_public_sets() {
    let sets = project::public_dev_sets();
    if sets.is_empty() {
        eprintln!("left out: no public sets stand beside the project");
    }
    let mut flagged = 0;
    for set in &sets {
        let (summary, records) = replay(set, &[]);
        assert_eq!(summary["dead_lettered"], 0, "{}", set.display());
        flagged += records.len();
    }
    eprintln!("{} public sets, {flagged} flagged posts checked", sets.len());
}
