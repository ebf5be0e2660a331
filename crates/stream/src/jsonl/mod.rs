//! Posts from files and pipes, one JSON object a line.

mod lines;
mod output;
mod replay;

pub use lines::LineBatches;
pub use replay::{
    Progress, ReplayError, ReplayOptions, ReplaySinks, ReplaySource, Summary, replay,
};
