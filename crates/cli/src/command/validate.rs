//! `mingjian validate`: a configuration checked without running anything.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use crate::arguments::{Assets, Validate};
use crate::config::{Config, EXAMPLE};
use crate::{judge, paint};

pub(crate) fn run(options: &Validate) -> Result<ExitCode> {
    let Some(path) = &options.config else {
        paint::out(EXAMPLE.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    };
    let config = Config::read(path)?;
    config.stream().check().with_context(|| format!("`{}`", path.display()))?;
    let judges = judge::all(&config, &Assets::default())?;
    if options.json {
        paint::json(&json!({ "valid": true, "versions": judges.live.versions() }))?;
    } else {
        paint::say(format_args!("`{}` is valid", path.display()));
    }
    Ok(ExitCode::SUCCESS)
}
