//! The `mingjian` program: parses flags and configuration, calls the crates, prints.

#![forbid(unsafe_code)]

mod arguments;
mod assets;
mod command;
mod config;
mod environment;
mod failure;
mod judge;
mod log;
mod paint;
mod show;
mod top;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

/// Counts allocations for `bench`; a counter per allocation is all it costs elsewhere.
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Command::Replay(options) => command::replay::run(options),
        Command::Explain(options) => command::explain::run(options),
        Command::Serve(options) => command::serve::run(options),
        Command::Soak(options) => command::soak::run(options),
        Command::Validate(options) => command::validate::run(options),
        Command::Train(options) => command::train::run(options),
        Command::Evaluate(options) => command::evaluate::run(options),
        Command::Bench(options) => command::bench::run(options),
        Command::Top(options) => command::top::run(options),
    };
    match result {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}
