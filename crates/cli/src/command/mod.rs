//! What the flags of each command mean.

pub(crate) mod bench;
pub(crate) mod evaluate;
mod evaluation_page;
pub(crate) mod explain;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod train;
pub(crate) mod validate;
