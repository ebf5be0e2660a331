//! Asking a service for its metrics.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use mingjian_stream::metrics;
use ureq::Agent;

use super::exposition::Exposition;
use crate::failure::Finding;

const PATIENCE: Duration = Duration::from_secs(5);
/// A service with a thousand partitions answers with less than one megabyte.
const LONGEST_ANSWER: u64 = 16 << 20;
const METRICS: &str = "/metrics";

/// Where a service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Scheme, host and port.
    origin: String,
    /// Where the metrics are.
    path: String,
}

impl Address {
    /// Reads `host:port`, or a URL with or without a path.
    ///
    /// # Errors
    /// Anything but plain HTTP.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        if scheme != "http" {
            bail!(
                "`{text}`: only http:// is spoken; forward a port of this machine to the service"
            );
        }
        let (host, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        if host.is_empty() || host.contains(|letter: char| letter.is_whitespace() || letter == '@')
        {
            bail!("`{text}` is no address of a service; write 127.0.0.1:9464");
        }
        let path = if path.is_empty() || path == "/" { METRICS } else { path };
        Ok(Self { origin: format!("http://{host}"), path: path.to_owned() })
    }

    /// The metrics' URL.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// Where the service says why it is not ready; not known behind somebody else's path.
    fn readiness(&self) -> Option<String> {
        (self.path == METRICS).then(|| format!("{}/ready", self.origin))
    }
}

/// A service to ask.
pub(crate) struct Source {
    address: Address,
    agent: Agent,
}

/// What a service said, and when.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    pub(crate) url: String,
    pub(crate) at: Instant,
    pub(crate) exposition: Exposition,
    /// Why it is not ready, in its own words.
    pub(crate) reason: Option<String>,
}

impl Source {
    pub(crate) fn new(address: Address) -> Self {
        // Nobody but the address itself is asked: no proxy of the environment, no redirection.
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("mingjian/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { address, agent: config.into() }
    }

    /// Asks once.
    ///
    /// # Errors
    /// No answer, or one that is not a service's.
    pub(crate) fn observe(&self) -> Result<Observation> {
        let url = self.address.url();
        let (status, text) = self.get(&url).map_err(|error| {
            Finding(format!(
                "{url} does not answer: {error}; does the service run, and is this \
                             its http.listen?"
            ))
        })?;
        let at = Instant::now();
        if status != 200 {
            return Err(Finding(format!("{url} answers with status {status}")).into());
        }
        let exposition: Exposition =
            text.parse().map_err(|error| Finding(format!("{url} answers no metrics: {error}")))?;
        let Some(ready) = exposition.sum(metrics::READY) else {
            return Err(Finding(format!(
                "{url} answers with the metrics of another program: {} is not among them",
                metrics::READY
            ))
            .into());
        };
        let reason = if ready == 0.0 { self.reason() } else { None };
        Ok(Observation { url, at, exposition, reason })
    }

    /// Why the service is not ready, unless it has become ready meanwhile.
    fn reason(&self) -> Option<String> {
        let (status, text) = self.get(&self.address.readiness()?).ok()?;
        (status != 200).then(|| text.trim().to_owned())
    }

    fn get(&self, url: &str) -> Result<(u16, String), ureq::Error> {
        let mut response = self.agent.get(url).call()?;
        let text = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string()?;
        Ok((response.status().as_u16(), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let check = |text, expected: &str| {
            assert_eq!(Address::parse(text).unwrap().url(), expected, "{text}");
        };
        check("127.0.0.1:9464", "http://127.0.0.1:9464/metrics");
        check("http://127.0.0.1:9464", "http://127.0.0.1:9464/metrics");
        check("http://[::1]:9464/", "http://[::1]:9464/metrics");
        check("host/pods/a/metrics", "http://host/pods/a/metrics");
        assert_eq!(Address::parse("host/x").unwrap().readiness(), None);
        for wrong in ["https://host", "", "http://", "a b", "user@host"] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
