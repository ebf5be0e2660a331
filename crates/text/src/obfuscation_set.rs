//! A set of disguises, small enough to travel with every character.

use mingjian_schema::Obfuscation;

/// A set of [`Obfuscation`] kinds in two bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ObfuscationSet(u16);

impl ObfuscationSet {
    /// The set without members.
    pub const EMPTY: Self = Self(0);

    /// The set with one member.
    #[must_use]
    pub const fn of(kind: Obfuscation) -> Self {
        Self(1 << kind as u16)
    }

    /// Adds a kind.
    pub const fn insert(&mut self, kind: Obfuscation) {
        self.0 |= 1 << kind as u16;
    }

    /// The kinds that are in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the kind is in the set.
    #[must_use]
    pub const fn contains(self, kind: Obfuscation) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds in the set, in the order of [`Obfuscation::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Obfuscation> {
        Obfuscation::ALL.into_iter().filter(move |&kind| self.contains(kind))
    }
}

impl From<Obfuscation> for ObfuscationSet {
    fn from(kind: Obfuscation) -> Self {
        Self::of(kind)
    }
}

impl FromIterator<Obfuscation> for ObfuscationSet {
    fn from_iter<I: IntoIterator<Item = Obfuscation>>(kinds: I) -> Self {
        let mut set = Self::EMPTY;
        for kind in kinds {
            set.insert(kind);
        }
        set
    }
}

impl std::fmt::Debug for ObfuscationSet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_place_of_its_own() {
        let all: ObfuscationSet = Obfuscation::ALL.into_iter().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), Obfuscation::ALL);
    }

    #[test]
    fn a_union_holds_both_sides_and_nothing_else() {
        let both = ObfuscationSet::of(Obfuscation::Width).union(Obfuscation::Repeat.into());
        assert_eq!(both.iter().collect::<Vec<_>>(), [Obfuscation::Width, Obfuscation::Repeat]);
        assert!(ObfuscationSet::default().is_empty());
    }
}
