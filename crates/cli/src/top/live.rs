//! The view that renews itself until somebody leaves it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::Result;
use ratatui::Frame;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Sparkline, Table};

use super::{Figures, Observation, Section, Source, sections};

/// As many rates as the widest terminal has columns for.
const LONGEST_HISTORY: usize = 512;

/// What is on the screen.
#[derive(Debug, Default)]
struct View {
    figures: Option<Figures>,
    /// Messages a second, the latest first.
    history: VecDeque<u64>,
    /// Why the last scrape failed.
    problem: Option<String>,
}

/// Shows the service until `q`, Esc or Ctrl-C.
///
/// # Errors
/// The service does not answer at the start, or the terminal cannot be drawn on. Later failures
/// are shown and tried again.
pub(crate) fn watch(source: &Source, interval: Duration) -> Result<()> {
    let mut before = source.observe()?;
    let mut view = View::default();
    view.show(Figures::between(None, &before));
    let mut terminal = ratatui::try_init()?;
    let result = loop {
        if let Err(error) = terminal.draw(|frame| draw(frame, &view)) {
            break Err(error.into());
        }
        match wait(interval) {
            Ok(Wish::Leave) => break Ok(()),
            Ok(Wish::Redraw) => {}
            Ok(Wish::Renew) => view.renew(source, &mut before),
            Err(error) => break Err(error.into()),
        }
    };
    ratatui::try_restore()?;
    result
}

enum Wish {
    Leave,
    Redraw,
    Renew,
}

/// Waits for a key or for the next scrape to be due.
fn wait(interval: Duration) -> std::io::Result<Wish> {
    let due = Instant::now() + interval;
    loop {
        if !event::poll(due.saturating_duration_since(Instant::now()))? {
            return Ok(Wish::Renew);
        }
        match event::read()? {
            Event::Resize(..) => return Ok(Wish::Redraw),
            Event::Key(key) if key.kind == KeyEventKind::Press => {
                let is_interrupt =
                    key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
                if is_interrupt || matches!(key.code, KeyCode::Char('q') | KeyCode::Esc) {
                    return Ok(Wish::Leave);
                }
            }
            _ => {}
        }
    }
}

impl View {
    fn renew(&mut self, source: &Source, before: &mut Observation) {
        match source.observe() {
            Ok(now) => {
                self.show(Figures::between(Some(before), &now));
                *before = now;
            }
            Err(error) => self.problem = Some(error.to_string()),
        }
    }

    fn show(&mut self, figures: Figures) {
        if let Some(rate) = figures.received.per_second {
            self.history.push_front(rate as u64);
            self.history.truncate(LONGEST_HISTORY);
        }
        self.figures = Some(figures);
        self.problem = None;
    }
}

fn draw(frame: &mut Frame<'_>, view: &View) {
    let Some(figures) = &view.figures else { return };
    let areas = [Constraint::Length(2), Constraint::Length(5), Constraint::Fill(1)];
    let [top, middle, bottom] = Layout::vertical(areas).areas(frame.area());
    frame.render_widget(headline(figures, view.problem.as_deref()), top);
    frame.render_widget(rates(figures, &view.history), middle);
    let halves = [Constraint::Percentage(55), Constraint::Percentage(45)];
    let columns: [Rect; 2] = Layout::horizontal(halves).spacing(2).areas(bottom);
    let tables = sections(figures);
    for (tables, column) in tables.chunks(3).zip(columns) {
        let heights = tables.iter().map(|table| Constraint::Length(table.rows.len() as u16 + 2));
        for (table, area) in tables.iter().zip(Layout::vertical(heights).split(column).iter()) {
            frame.render_widget(shown(table), *area);
        }
    }
}

fn headline(figures: &Figures, problem: Option<&str>) -> Paragraph<'static> {
    let (state, colour) = match problem {
        Some(problem) => (format!("these figures are old: {problem}"), Color::Red),
        None if figures.ready && !figures.paused => (figures.state(), Color::Green),
        None => (figures.state(), Color::Yellow),
    };
    let keys = Line::styled("q leaves", Style::new().add_modifier(Modifier::DIM));
    Paragraph::new(Text::from(vec![
        Line::styled(state, Style::new().fg(colour).add_modifier(Modifier::BOLD)),
        keys,
    ]))
}

fn rates<'a>(figures: &Figures, history: &'a VecDeque<u64>) -> Sparkline<'a> {
    let now = figures.received.per_second.map_or(String::new(), |rate| format!(": {rate:.0}"));
    Sparkline::default()
        .block(Block::bordered().title(format!(" messages a second{now} ")))
        .direction(ratatui::widgets::RenderDirection::RightToLeft)
        .data(history.iter())
        .style(Style::new().fg(Color::Cyan))
}

fn shown(section: &Section) -> Table<'static> {
    let number = |text: String| Cell::new(Text::from(text).alignment(Alignment::Right));
    let header = section.header().enumerate().map(|(index, name)| match index {
        0 => Cell::new(name),
        _ => number(name.to_owned()),
    });
    let rows = section.rows.iter().map(|row| {
        Row::new(row.iter().enumerate().map(|(index, text)| match index {
            0 => Cell::new(text.clone()),
            _ => number(text.clone()),
        }))
    });
    let width = if section.columns.len() == 1 { 18 } else { 12 };
    let widths = std::iter::once(Constraint::Fill(1))
        .chain(section.columns.iter().map(|_| Constraint::Length(width)));
    Table::new(rows, widths)
        .header(Row::new(header).style(Style::new().add_modifier(Modifier::BOLD)))
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::figures::tests::figures;
    use super::*;

    fn screen(view: &View, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, view)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn the_screen_shows_what_matters() {
        let mut view = View::default();
        view.show(figures());
        let screen = screen(&view, 120, 40);
        for expected in ["not ready: no broker answers", "rumour", "not_json", "700.0 ms", ": 100"]
        {
            assert!(screen.contains(expected), "{expected} is missing:\n{screen}");
        }
    }

    #[test]
    fn a_failed_scrape_leaves_the_old_figures() {
        let mut view = View::default();
        view.show(figures());
        view.problem = Some("does not answer".to_owned());
        let screen = screen(&view, 120, 40);
        assert!(screen.contains("these figures are old: does not answer"), "{screen}");
        assert!(screen.contains("rumour"), "{screen}");
    }

    #[test]
    fn no_terminal_is_too_small() {
        let mut view = View::default();
        view.show(figures());
        for (width, height) in [(1, 1), (20, 5), (300, 100)] {
            screen(&view, width, height);
        }
    }
}
