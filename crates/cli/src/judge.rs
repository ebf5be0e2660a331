//! The classifier as the stream sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};

use mingjian_schema::{Post, SecondLookUse, Verdict, Versions};
use mingjian_stream::{Candidate, Judge, Judges, SecondLooks};
use mingjian_triage::Classifier;

use crate::arguments::Assets;
use crate::assets;
use crate::config::Config;

/// Lets the stream use a classifier without knowing one.
struct ClassifierJudge {
    classifier: Classifier,
    taken: AtomicU64,
    skipped: AtomicU64,
}

impl Judge for ClassifierJudge {
    fn judge(&self, post: &Post) -> Verdict {
        let verdict = self.classifier.classify(post);
        match verdict.second_look {
            SecondLookUse::NotNeeded => 0,
            SecondLookUse::Taken => self.taken.fetch_add(1, Ordering::Relaxed),
            SecondLookUse::Skipped | SecondLookUse::Failed => {
                self.skipped.fetch_add(1, Ordering::Relaxed)
            }
        };
        verdict
    }

    fn versions(&self) -> &Versions {
        self.classifier.versions()
    }

    fn second_looks(&self) -> SecondLooks {
        SecondLooks {
            taken: self.taken.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
        }
    }
}

/// The classifier, for the stream.
pub(crate) fn of(classifier: Classifier) -> Arc<dyn Judge> {
    Arc::new(ClassifierJudge {
        classifier,
        taken: AtomicU64::default(),
        skipped: AtomicU64::default(),
    })
}

/// The judges that a configuration asks for: the one in force, and the candidate if one is named.
pub(crate) fn all(config: &Config, flags: &Assets) -> Result<Judges> {
    let live = of(assets::classifier(&config.assets(flags))?);
    let section = &config.candidate;
    let Some(candidate) = config.candidate_assets() else {
        if section.shadow || section.share > 0.0 {
            bail!("candidate.dir: not set; name the folder of the model on trial");
        }
        return Ok(Judges::only(live));
    };
    let judge = of(assets::classifier(&candidate).context("[candidate]")?);
    let candidate = Candidate { judge, share: section.share, shadow: section.shadow };
    Ok(Judges { live, candidate: Some(candidate) })
}
