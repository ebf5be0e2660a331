//! Calls that may never return.
//!
//! librdkafka answers some calls from a thread that may have stopped listening: the offsets of a
//! transaction when a broker leaves the metadata meanwhile, the end of a partition's assignment
//! when it is taken away while the consumer closes. Such a call gets a thread of its own, which is
//! left behind, with the client that it holds, if there is no answer.

use std::sync::mpsc;
use std::time::Duration;

/// Makes a call and waits for its end; nothing if it takes longer than `limit`, or if no thread can
/// be started.
pub(super) fn call_within<T: Send + 'static>(
    limit: Duration,
    name: &str,
    call: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody listens any more if the call took too long.
        let _ = sender.send(call());
    });
    spawned.ok().and_then(|_| receiver.recv_timeout(limit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_does_not_return_is_left_behind() {
        let answered = call_within(Duration::from_secs(60), "answers", || 7);
        assert_eq!(answered, Some(7));
        let (_held, never) = mpsc::channel::<()>();
        let silent = call_within(Duration::from_millis(20), "does not", move || never.recv());
        assert!(silent.is_none());
    }
}
