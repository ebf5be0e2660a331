//! The second look as a classifier takes it: an encoder, a budget, and evidence by token.

use std::sync::atomic::{AtomicI64, Ordering};

use mingjian_encoder::{Encoder, States, Tokeniser, Tokens};
use mingjian_model::{Reading, SecondLook as Join, TokenShare};
use mingjian_schema::{Category, Field};

/// An encoder with its tokeniser, and how many posts may have a second look.
pub struct SecondLook {
    tokeniser: Tokeniser,
    encoder: Box<dyn Encoder>,
    digest: String,
    budget: Budget,
    gated: bool,
}

impl SecondLook {
    /// A second look by this encoder at no more than `most` of the stream, as a share of its posts
    /// between 0 and 1.
    #[must_use]
    pub fn new(
        tokeniser: Tokeniser,
        encoder: impl Encoder + 'static,
        digest: String,
        most: f64,
    ) -> Self {
        let budget = Budget::new(most);
        Self { tokeniser, encoder: Box::new(encoder), digest, budget, gated: true }
    }

    /// Looks twice at every post, whatever the model's gate says of it.
    #[must_use]
    pub fn at_every_post(mut self) -> Self {
        self.gated = false;
        self
    }

    /// Whether the model's gate decides which posts are looked at.
    pub(crate) fn is_gated(&self) -> bool {
        self.gated
    }

    /// Digest of the encoder's files.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// Says that a post was read, whether it deserves a second look or not.
    pub(crate) fn saw_one(&self) {
        self.budget.earn();
    }

    /// Whether the budget allows one more.
    pub(crate) fn may_look(&self) -> bool {
        self.budget.spend()
    }

    /// The states of a post's tokens; nothing if the encoder fails.
    pub(crate) fn look(&self, reading: &Reading, tokens: &mut Tokens) -> Option<States> {
        self.tokeniser.tokenise_into(&reading.segments(), tokens);
        self.encoder.encode(tokens.ids()).ok()
    }
}

/// What each token adds to a category's margin.
pub(crate) fn shares(
    join: &Join,
    category: Category,
    tokens: &Tokens,
    states: &States,
) -> Vec<TokenShare> {
    let length = states.len();
    tokens
        .pieces()
        .iter()
        .zip(states.iter())
        .filter_map(|(piece, state)| {
            let field = *Field::ALL.get(piece.segment?)?;
            let contribution = join.token(category, state, length);
            Some(TokenShare { field, chars: piece.chars.clone(), contribution })
        })
        .collect()
}

/// A share of the stream, kept by counting posts: no clock is asked.
///
/// Every post earns a share of a look, a look spends a whole one, and no more than
/// [`Budget::BURST`] can be saved up.
struct Budget {
    earned: i64,
    saved: AtomicI64,
}

impl Budget {
    /// Looks that may follow one another after a quiet time.
    const BURST: i64 = 256;
    /// A look in the unit that is counted.
    const LOOK: i64 = 1_000_000;

    fn new(most: f64) -> Self {
        let earned = (most.clamp(0.0, 1.0) * Self::LOOK as f64) as i64;
        Self {
            earned,
            saved: AtomicI64::new(if earned == 0 { 0 } else { Self::BURST * Self::LOOK }),
        }
    }

    fn earn(&self) {
        if self.earned < Self::LOOK {
            let most = Self::BURST * Self::LOOK;
            let add = |saved: i64| (saved < most).then(|| (saved + self.earned).min(most));
            let _ = self.saved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        }
    }

    fn spend(&self) -> bool {
        let take = |saved: i64| (saved >= Self::LOOK).then(|| saved - Self::LOOK);
        self.earned >= Self::LOOK
            || self.saved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_share_is_spent_beyond_a_burst() {
        let budget = Budget::new(0.1);
        let mut spent = 0;
        for _ in 0..100_000 {
            budget.earn();
            spent += i64::from(budget.spend());
        }
        assert!((10_000..=10_000 + Budget::BURST).contains(&spent), "{spent}");
    }

    #[test]
    fn all_and_nothing_are_kept_exactly() {
        let (all, nothing) = (Budget::new(1.0), Budget::new(0.0));
        assert!((0..10_000).all(|_| all.spend()));
        nothing.earn();
        assert!(!nothing.spend());
    }
}
