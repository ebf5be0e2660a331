//! Log lines: text for people, JSON for collectors. They never carry a post's text.

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogSection};

/// Starts logging to standard error.
pub(crate) fn start(section: &LogSection) -> Result<()> {
    let filter = EnvFilter::try_new(&section.level)
        .with_context(|| format!("log.level = `{}` is not a filter", section.level))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, in a test, changes nothing.
    let _ = match section.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}
