//! Keeping post text out of panic messages.
//!
//! A panic in string handling quotes the string, and the default hook prints it. While a post is
//! judged, only the place of the panic is logged.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    static JUDGING: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as judging a post until it is dropped.
pub(crate) struct Judging(());

impl Judging {
    pub(crate) fn begin() -> Self {
        JUDGING.set(true);
        Self(())
    }
}

impl Drop for Judging {
    fn drop(&mut self) {
        JUDGING.set(false);
    }
}

/// Puts a hook before the present one, once in the life of the process.
pub(crate) fn silence_while_judging() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !JUDGING.get() {
                return previous(info);
            }
            let place = info.location();
            tracing::error!(
                file = place.map(panic::Location::file),
                line = place.map(panic::Location::line),
                "the classifier panicked on a post, which becomes a dead letter"
            );
        }));
    });
}
