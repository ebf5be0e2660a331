//! What an encoder does, whatever runs it.

/// One vector a token.
#[derive(Debug, Clone, PartialEq)]
pub struct States {
    width: usize,
    values: Vec<f32>,
}

impl States {
    /// States from `tokens × width` numbers, token by token.
    ///
    /// # Panics
    /// If the numbers are not a whole number of tokens.
    #[must_use]
    pub fn new(width: usize, values: Vec<f32>) -> Self {
        assert!(width > 0 && values.len().is_multiple_of(width), "states are whole tokens");
        Self { width, values }
    }

    /// How many numbers a state has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The states in the order of the tokens.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }

    /// How many tokens there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// Whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The mean over all tokens, `[CLS]` and `[SEP]` included: `width` numbers.
    #[must_use]
    pub fn mean(&self) -> Vec<f32> {
        let mut mean = vec![0.0; self.width];
        for state in self.iter() {
            mean.iter_mut().zip(state).for_each(|(sum, value)| *sum += value);
        }
        let tokens = self.len().max(1) as f32;
        mean.iter_mut().for_each(|sum| *sum /= tokens);
        mean
    }
}

/// The runtime could not run the network: a damaged file, or a machine out of memory.
#[derive(Debug, thiserror::Error)]
#[error("the encoder could not be run: {0}")]
pub struct EncodeError(pub(crate) String);

/// Turns the tokens of one post into states. The same tokens always give the same states.
pub trait Encoder: Send + Sync {
    /// One state a token.
    ///
    /// # Errors
    /// [`EncodeError`] if the runtime fails; the caller then keeps the first look's verdict.
    fn encode(&self, ids: &[i32]) -> Result<States, EncodeError>;
}
