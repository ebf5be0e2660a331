//! Which posts deserve a second look: as few of an ordinary feed as keep what is promised.

use std::collections::BTreeMap;

use mingjian_model::Gate;
use mingjian_schema::{Category, PerCategory};

/// What the gate is resolved on: posts with their linear margins.
pub(crate) struct GateData {
    /// Posts that a second look at every post would flag, each with a category it is flagged for.
    pub(crate) flagged: Vec<(Category, PerCategory<f64>)>,
    /// Posts of an ordinary feed.
    pub(crate) ordinary: Vec<PerCategory<f64>>,
}

/// No category keeps less than the promised share less this.
const SLACK: f64 = 0.05;
/// So many steps from a category's highest flagged post to its lowest.
const STEPS: usize = 200;

/// Finds the margins above which posts get a second look, such that the share `keep` of what a
/// second look at every post would flag passes.
///
/// Greedy: every category starts at the gate that keeps a little less than is promised, then the
/// gate is lowered where that lets the fewest ordinary posts pass for each post that it keeps.
pub(crate) fn resolve_gate(keep: f64, data: &GateData) -> Gate {
    let steps = PerCategory::from_fn(|category| steps_of(category, data));
    let mut places = PerCategory::from_fn(|category| {
        let last = steps[category].len() - 1;
        (((keep - SLACK) * last as f64).ceil() as usize).min(last)
    });
    let margins = |places: &PerCategory<usize>| {
        PerCategory::from_fn(|category| steps[category][places[category]])
    };
    let mut state = Passed::count(&margins(&places), data);
    while (state.flagged as f64) < keep * data.flagged.len() as f64 {
        let lowered = Category::ALL.into_iter().filter_map(|category| {
            let mut places = places;
            places[category] += 1;
            (places[category] < steps[category].len())
                .then(|| (Passed::count(&margins(&places), data), places))
        });
        let Some((passed, next)) =
            lowered.max_by(|left, right| state.gain(&left.0).total_cmp(&state.gain(&right.0)))
        else {
            break;
        };
        (state, places) = (passed, next);
    }
    let share = |passed: usize, all: usize| passed as f64 / all.max(1) as f64;
    let margins = margins(&places);
    Gate {
        rule: format!("keeps >= {keep:.2} of what a second look at every post would flag"),
        margins: Category::ALL.into_iter().map(|c| (c, margins[c])).collect::<BTreeMap<_, _>>(),
        kept: share(state.flagged, data.flagged.len()),
        ordinary_share: share(state.ordinary, data.ordinary.len()),
    }
}

/// How many posts pass a gate.
struct Passed {
    flagged: usize,
    ordinary: usize,
}

impl Passed {
    fn count(gate: &PerCategory<f64>, data: &GateData) -> Self {
        let passes = |post: &PerCategory<f64>| Category::ALL.iter().any(|&c| post[c] >= gate[c]);
        Self {
            flagged: data.flagged.iter().filter(|(_, post)| passes(post)).count(),
            ordinary: data.ordinary.iter().filter(|post| passes(post)).count(),
        }
    }

    /// Posts that another gate keeps in addition, for each ordinary one that it lets pass.
    fn gain(&self, next: &Self) -> f64 {
        let kept = (next.flagged - self.flagged) as f64 + 1e-3;
        kept / ((next.ordinary - self.ordinary) as f64 + 0.5)
    }
}

/// Margins from above every flagged post of a category down to its lowest, rounded down to 1e-3.
fn steps_of(category: Category, data: &GateData) -> Vec<f64> {
    let of_category = data.flagged.iter().filter(|(flagged, _)| *flagged == category);
    let mut margins: Vec<f64> = of_category.map(|(_, post)| post[category]).collect();
    margins.sort_by(|left, right| right.total_cmp(left));
    let steps = STEPS.min(margins.len());
    let at = |step: usize| (margins[step * margins.len() / steps - 1] * 1e3).floor() / 1e3;
    // What is never flagged needs no second look.
    std::iter::once(f64::MAX).chain((1..=steps).map(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(rumour: f64, vulgar: f64) -> PerCategory<f64> {
        PerCategory::from_fn(|category| match category {
            Category::Rumour => rumour,
            Category::Vulgar => vulgar,
            _ => -9.0,
        })
    }

    #[test]
    fn the_gate_keeps_what_it_promises_where_that_is_cheapest() {
        let lined_up = (0..100).map(f64::from);
        let rumours = lined_up.clone().map(|n| (Category::Rumour, post(n, -9.0)));
        let vulgar = lined_up.map(|n| (Category::Vulgar, post(-9.0, n)));
        // Ordinary posts look like weak rumours, never like vulgar ones.
        let ordinary: Vec<_> = (0..10).map(|n| post(f64::from(n), -9.0)).collect();
        let data = GateData { flagged: rumours.chain(vulgar).collect(), ordinary };
        let gate = resolve_gate(0.97, &data);
        assert!(gate.kept >= 0.97, "{gate:?}");
        assert_eq!(gate.margins[&Category::Vulgar], 0.0);
        assert!(gate.margins[&Category::Rumour] > 3.0 && gate.ordinary_share < 0.7, "{gate:?}");
        assert_eq!(gate.margins[&Category::Political], f64::MAX);
    }
}
