//! From byte offsets to character offsets.

/// The number of Unicode scalar values that begin before a byte offset.
///
/// An offset past the end counts the whole text.
#[must_use]
pub fn char_offset(original: &str, byte: usize) -> usize {
    let bytes = &original.as_bytes()[..byte.min(original.len())];
    // Every scalar value has exactly one byte that is not a continuation byte.
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::char_offset;

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(char_offset("a微😀b", 0), 0);
        assert_eq!(char_offset("a微😀b", 4), 2);
        assert_eq!(char_offset("a微😀b", 8), 3);
        assert_eq!(char_offset("a微😀b", 99), 4);
    }
}
