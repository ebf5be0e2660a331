//! A service seen from outside: its metrics, what follows from two scrapes of them, and how that is
//! shown.

mod exposition;
mod figures;
mod histogram;
mod live;
mod scrape;
mod sections;

pub(crate) use figures::Figures;
pub(crate) use live::watch;
pub(crate) use scrape::{Address, Observation, Source};
pub(crate) use sections::{Section, sections};
