//! How deep a JSON text is nested, told without parsing it.

/// Whether objects and arrays are nested deeper than `limit`. A scan over bytes that skips
/// strings; it comes before the parser, which would otherwise follow a hostile nesting down.
pub(super) fn is_deeper_than(json: &str, limit: usize) -> bool {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for byte in json.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_deeper_than;

    #[test]
    fn brackets_outside_strings_count() {
        let deeper = |json, limit| is_deeper_than(json, limit);
        assert!(!deeper("{}", 1));
        assert!(deeper("[{}]", 1));
        assert!(!deeper("[{}]", 2));
        assert!(!deeper("[[],[],[]]", 2));
        assert!(!deeper(r#"{"a":"[[[[{{{{"}"#, 1));
        assert!(!deeper(r#"{"a":"\"[[[["}"#, 1));
        assert!(deeper(r#"{"a":"\\",  "b":[]}"#, 1));
        assert!(!deeper("]]]][", 1));
        assert!(deeper(&"[".repeat(100_000), 64));
    }
}
