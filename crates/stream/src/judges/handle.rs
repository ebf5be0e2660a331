//! The judges in force, replaced as a whole.

use std::sync::{Arc, Mutex, PoisonError};

use mingjian_schema::Versions;

use super::{JudgeSource, Judges, MakeJudges};
use crate::metrics;

/// Holds the judges in force. A batch takes them once and keeps them to its end, so that no batch,
/// and no record, is of mixed versions.
pub(crate) struct JudgeHandle {
    current: Mutex<Arc<Judges>>,
    again: Option<Box<MakeJudges>>,
    /// Held while judges are made: two reloads at once would load two models for one place.
    reloading: Mutex<()>,
}

impl JudgeHandle {
    pub(crate) fn new(source: JudgeSource) -> Self {
        Self {
            current: Mutex::new(Arc::new(source.first)),
            again: source.again,
            reloading: Mutex::default(),
        }
    }

    /// The judges for the next batch.
    pub(crate) fn current(&self) -> Arc<Judges> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the judges anew and puts them in force. If that fails, the old ones stay. Takes as
    /// long as a model takes to load.
    pub(crate) fn reload(&self) -> Result<Versions, String> {
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match &self.again {
            None => Err("this service was started without anything to load again".into()),
            Some(make) => make().map_err(|error| with_causes(&*error)),
        };
        match made {
            Ok(judges) => {
                let versions = judges.live.versions().clone();
                metrics::versions(Some(self.current().live.versions()), &versions);
                metrics::reloaded(true);
                tracing::info!(model = versions.model, policy = versions.policy, "reloaded");
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(judges);
                Ok(versions)
            }
            Err(reason) => {
                metrics::reloaded(false);
                tracing::error!(reason, "reload failed, the old model stays in force");
                Err(reason)
            }
        }
    }
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::keyword_judge::KeywordJudge;

    fn judges(phrase: &str) -> Judges {
        Judges::only(Arc::new(KeywordJudge::new(phrase)))
    }

    #[test]
    fn a_reload_replaces_the_judges_or_keeps_the_old_ones() {
        let works = Arc::new(AtomicBool::new(true));
        let again = {
            let works = Arc::clone(&works);
            Box::new(move || match works.load(Ordering::Relaxed) {
                true => Ok(judges("新")),
                false => Err("no such model".into()),
            })
        };
        let handle = JudgeHandle::new(JudgeSource::reloadable(judges("旧"), again));
        let first = handle.current();
        handle.reload().unwrap();
        let second = handle.current();
        assert!(!Arc::ptr_eq(&first.live, &second.live));
        works.store(false, Ordering::Relaxed);
        assert_eq!(handle.reload().unwrap_err(), "no such model");
        assert!(Arc::ptr_eq(&handle.current().live, &second.live));
    }

    #[test]
    fn what_cannot_be_made_anew_says_so() {
        let handle = JudgeHandle::new(judges("旧").into());
        assert!(handle.reload().unwrap_err().contains("without anything to load"));
    }
}
