//! What the flags of each command mean.

pub(crate) mod bench;
pub(crate) mod evaluate;
mod evaluation_page;
pub(crate) mod explain;
pub(crate) mod replay;
mod robustness;
pub(crate) mod serve;
pub(crate) mod soak;
pub(crate) mod top;
pub(crate) mod train;
pub(crate) mod validate;
