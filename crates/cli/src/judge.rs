//! The classifier as the stream sees it.

use std::sync::Arc;

use anyhow::{Context, Result, bail};

use mingjian_schema::{Post, Verdict, Versions};
use mingjian_stream::{Candidate, Judge, Judges};
use mingjian_triage::Classifier;

use crate::arguments::Assets;
use crate::assets;
use crate::config::Config;

/// Lets the stream use a classifier without knowing one.
struct ClassifierJudge(Classifier);

impl Judge for ClassifierJudge {
    fn judge(&self, post: &Post) -> Verdict {
        self.0.classify(post)
    }

    fn versions(&self) -> &Versions {
        self.0.versions()
    }
}

/// The classifier, for the stream.
pub(crate) fn of(classifier: Classifier) -> Arc<dyn Judge> {
    Arc::new(ClassifierJudge(classifier))
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
