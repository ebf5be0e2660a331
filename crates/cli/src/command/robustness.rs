//! `mingjian evaluate --attacks`: what is still flagged once posts are disguised.

use std::collections::BTreeMap;
use std::time::Duration;

use comfy_table::{Cell, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use mingjian_schema::LabelledExample;
use mingjian_training::{Attack, AttackReport, ScoredExample, evaluate_attacks};

use super::evaluate::{decimal, right};
use crate::paint;

/// Reports by the id of the attack.
pub(super) type ByAttack = BTreeMap<&'static str, AttackReport>;

/// The disguises are the same at every run, so that two models can be compared.
const SEED: u64 = 20_261_124;

/// The length of a full bar, in characters.
const BAR: usize = 20;

/// Scores the positives plain and under these attacks, or under all if none is named.
pub(super) fn measure(
    rows: &[LabelledExample],
    attacks: &[Attack],
    score: impl Fn(&LabelledExample) -> ScoredExample + Sync,
) -> ByAttack {
    let attacks = if attacks.is_empty() { &Attack::ALL } else { attacks };
    let positives = rows.iter().filter(|row| !row.labels.is_empty()).count();
    let progress = progress_bar((positives * (1 + attacks.len())) as u64);
    let flags = |row: &LabelledExample| score(row).flagged;
    let by_attack = evaluate_attacks(rows, attacks, SEED, flags, || progress.inc(1));
    progress.finish_and_clear();
    by_attack
}

fn progress_bar(posts: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("attacking {wide_bar} {percent:>3} %  {eta} left");
    let bar = ProgressBar::new(posts);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Prints a table with a bar of what each attack leaves, the worst first.
pub(super) fn print(by_attack: &ByAttack) {
    let mut rows: Vec<_> = by_attack.iter().collect();
    rows.sort_by(|left, right| {
        let kept = |report: &AttackReport| report.all.kept.unwrap_or(f64::INFINITY);
        kept(left.1).total_cmp(&kept(right.1))
    });
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["attack", "changed", "recall", "clean", "kept", "", "hit hardest"]);
    for (attack, report) in rows {
        let all = &report.all;
        let mut cells = vec![Cell::new(attack)];
        let figures = [
            all.attacked.to_string(),
            decimal(all.recall),
            decimal(all.clean_recall),
            decimal(all.kept),
        ];
        cells.extend(figures.into_iter().map(right));
        cells.push(Cell::new(bar(all.kept)));
        cells.push(Cell::new(hit_hardest(report)));
        table.add_row(cells);
    }
    paint::say(format_args!("\n{table}"));
    paint::say(paint::faint(
        "over positives that the attack changes: flagged under it, flagged as written, their ratio",
    ));
}

/// The share as a bar: full at 1.
fn bar(kept: Option<f64>) -> String {
    let filled = (kept.unwrap_or(0.0).clamp(0.0, 1.0) * BAR as f64).round() as usize;
    format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled))
}

/// The category that loses most.
fn hit_hardest(report: &AttackReport) -> String {
    let kept = report.categories.iter().filter_map(|(name, share)| Some((name, share.kept?)));
    let worst = kept.min_by(|left, right| left.1.total_cmp(&right.1));
    worst.map_or_else(String::new, |(name, kept)| format!("{name} {kept:.2}"))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_is_as_long_whatever_it_shows() {
        for kept in [None, Some(0.0), Some(0.52), Some(1.0), Some(1.2)] {
            assert_eq!(bar(kept).chars().count(), super::BAR);
        }
        assert!(bar(Some(1.0)).ends_with('█') && bar(Some(0.0)).starts_with('░'));
    }
}
