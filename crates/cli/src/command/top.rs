//! `mingjian top`: a running service in the terminal.

use std::io::{IsTerminal, stdout};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{CellAlignment, Table, presets};

use crate::arguments::Top;
use crate::paint;
use crate::top::{Address, Figures, Section, Source, sections, watch};

pub(crate) fn run(options: &Top) -> Result<ExitCode> {
    if !(0.1..=3_600.0).contains(&options.interval) {
        bail!("--interval is {}; it must lie between 0.1 and 3600 seconds", options.interval);
    }
    let interval = Duration::from_secs_f64(options.interval);
    let source = Source::new(Address::parse(&options.url)?);
    if options.once || options.json {
        let before = source.observe()?;
        thread::sleep(interval);
        let figures = Figures::between(Some(&before), &source.observe()?);
        if options.json {
            paint::json(&figures)?;
        } else {
            paint::say(paint::strong(figures.state()));
            for section in sections(&figures).iter().filter(|section| !section.rows.is_empty()) {
                print(section);
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !stdout().is_terminal() {
        bail!("standard output is no terminal; --once prints text and --json an object");
    }
    watch(&source, interval)?;
    Ok(ExitCode::SUCCESS)
}

fn print(section: &Section) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(section.header());
    table.add_rows(&section.rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    paint::say(format_args!("\n{table}"));
}
