//! Web addresses, with or without a scheme.

use super::{run, starts_with};
use crate::Cell;

/// Characters that an address may have.
const LONGEST: usize = 512;

/// Labels that a host name may have: a bound, since every label of a long row is tried.
const MOST_LABELS: usize = 8;

/// Top-level domains under which posts put links. A bare name counts only under one of them,
/// since `node.js` and `3.5` are no addresses.
const DOMAINS: &[&str] = &[
    "app", "art", "asia", "biz", "cc", "cf", "club", "cn", "co", "com", "cyou", "dev", "edu",
    "fun", "ga", "gg", "gov", "hk", "icu", "im", "info", "io", "ink", "jp", "kr", "la", "link",
    "live", "ltd", "ly", "me", "ml", "mobi", "mo", "name", "net", "one", "online", "org", "page",
    "pro", "pw", "ru", "sg", "shop", "site", "so", "space", "store", "tech", "tk", "to", "top",
    "tv", "tw", "uk", "us", "vip", "wang", "website", "work", "world", "ws", "xin", "xyz",
];

/// The length of the address that begins here.
pub(super) fn length(cells: &[Cell]) -> Option<usize> {
    let scheme = ["https://", "http://", "ftp://"].iter().find(|known| starts_with(cells, known));
    if let Some(scheme) = scheme {
        let length = scheme.len() + path_length(&cells[scheme.len()..]);
        return (length > scheme.len()).then_some(length);
    }
    let (host, is_known) = host_length(cells)?;
    if !is_known && !starts_with(cells, "www.") {
        return None;
    }
    let port_or_path = match cells.get(host).map(|cell| cell.ch) {
        Some('/' | '?' | ':') => path_length(&cells[host..]),
        _ => 0,
    };
    Some(host + if port_or_path > 1 { port_or_path } else { 0 })
}

/// The length of a host name of at least two labels, and whether its last label is a domain.
fn host_length(cells: &[Cell]) -> Option<(usize, bool)> {
    let mut end = label_length(cells);
    let mut last = 0..end;
    let mut labels = usize::from(end > 0);
    while (1..MOST_LABELS).contains(&labels) && cells.get(end).is_some_and(|cell| cell.ch == '.') {
        let label = label_length(&cells[end + 1..]);
        if label == 0 {
            break;
        }
        last = end + 1..end + 1 + label;
        end = last.end;
        labels += 1;
    }
    // An `@` behind it makes it the local part of an e-mail address.
    if labels < 2 || cells.get(end).is_some_and(|cell| matches!(cell.ch, '@' | '_')) {
        return None;
    }
    let domain = &cells[last];
    Some((
        end,
        DOMAINS.iter().any(|known| known.len() == domain.len() && starts_with(domain, known)),
    ))
}

fn label_length(cells: &[Cell]) -> usize {
    run(cells, 63, |ch| ch.is_ascii_alphanumeric() || ch == '-')
}

/// The rest of an address, without punctuation that belongs to the sentence.
fn path_length(cells: &[Cell]) -> usize {
    let is_part = |ch: char| ch.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'*+,;=%".contains(ch);
    let length = run(cells, LONGEST, is_part);
    let trailing = cells[..length].iter().rev();
    length - trailing.take_while(|cell| ".,:;!?'*[]".contains(cell.ch)).count()
}
