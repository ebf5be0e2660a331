//! The six kinds of malicious-marketing conduct.

use std::fmt;
use std::ops::{Index, IndexMut};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One kind of conduct that reviewers look for. The ids are part of the wire format.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 涉政类: borrowed state authority (impersonated bodies, forged notices, claimed endorsement).
    Political,
    /// 造谣传谣类: a doubtful claim told as fact.
    Rumour,
    /// 侵权假冒类: fraud and infringement for sale.
    Counterfeit,
    /// “标题党”类: a headline that works against its reader.
    Clickbait,
    /// 违规采访类: journalism as a means of pressure or sale.
    FakeReporting,
    /// 色情三俗类: suggestive lures, adult and non-explicit.
    Vulgar,
}

impl Category {
    /// How many categories there are.
    pub const COUNT: usize = 6;

    /// All categories, in the order of their [`index`](Self::index).
    pub const ALL: [Self; Self::COUNT] = [
        Self::Political,
        Self::Rumour,
        Self::Counterfeit,
        Self::Clickbait,
        Self::FakeReporting,
        Self::Vulgar,
    ];

    /// The id used on the wire, in files and in flags.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Political => "political",
            Self::Rumour => "rumour",
            Self::Counterfeit => "counterfeit",
            Self::Clickbait => "clickbait",
            Self::FakeReporting => "fake_reporting",
            Self::Vulgar => "vulgar",
        }
    }

    /// The name reviewers know the category by.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Political => "涉政类",
            Self::Rumour => "造谣传谣类",
            Self::Counterfeit => "侵权假冒类",
            Self::Clickbait => "标题党类",
            Self::FakeReporting => "违规采访类",
            Self::Vulgar => "色情三俗类",
        }
    }

    /// Position in [`Category::ALL`], from 0 to 5.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Category {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.id())
    }
}

/// A category id that is none of the six.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown category `{0}` (one of: political, rumour, counterfeit, clickbait, fake_reporting, vulgar)"
)]
pub struct UnknownCategory(pub String);

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|category| category.id() == id)
            .ok_or_else(|| UnknownCategory(id.to_owned()))
    }
}

/// One value for each category, indexed by [`Category`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PerCategory<T>(pub [T; Category::COUNT]);

impl<T> PerCategory<T> {
    /// Builds the values one category at a time.
    pub fn from_fn(mut value: impl FnMut(Category) -> T) -> Self {
        Self(Category::ALL.map(&mut value))
    }

    /// The categories with their values.
    pub fn iter(&self) -> impl Iterator<Item = (Category, &T)> {
        Category::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Category> for PerCategory<T> {
    type Output = T;

    fn index(&self, category: Category) -> &T {
        &self.0[category.index()]
    }
}

impl<T> IndexMut<Category> for PerCategory<T> {
    fn index_mut(&mut self, category: Category) -> &mut T {
        &mut self.0[category.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_and_match_the_wire_format() {
        for category in Category::ALL {
            assert_eq!(category.id().parse::<Category>(), Ok(category));
            assert_eq!(serde_json::to_string(&category).unwrap(), format!("\"{}\"", category.id()));
            assert_eq!(Category::ALL[category.index()], category);
        }
        assert!("normal".parse::<Category>().is_err());
    }
}
