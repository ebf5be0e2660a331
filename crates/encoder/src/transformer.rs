//! The transformer, run by rten.

use std::sync::{Arc, Mutex, PoisonError};

use rten::{LoadError, Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::encoder::{EncodeError, Encoder, States};

/// A transformer with int8 weights, run one post at a time on the caller's thread.
///
/// One post at a time because activations are quantised by the range of their batch: in company a
/// post's states would depend on its neighbours, and a verdict could not be reproduced.
pub struct Transformer {
    model: Model,
    input: NodeId,
    output: NodeId,
    /// Pools of one thread that are not in use. The service alone decides on parallelism: each of
    /// its workers has one network running, on one thread.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Transformer {
    /// Reads an ONNX network with one input, `(1, tokens)` int32, and one output,
    /// `(1, tokens, width)` f32.
    ///
    /// # Errors
    /// [`EncodeError`] if it is not such a network.
    pub fn from_onnx(bytes: Vec<u8>) -> Result<Self, EncodeError> {
        Self::of(options().load(bytes))
    }

    /// The same from bytes that the program carries inside: they are not copied.
    ///
    /// # Errors
    /// [`EncodeError`] if it is not such a network.
    pub fn from_carried(bytes: &'static [u8]) -> Result<Self, EncodeError> {
        Self::of(options().load_static_slice(bytes))
    }

    fn of(model: Result<Model, LoadError>) -> Result<Self, EncodeError> {
        let model = model.map_err(|error| EncodeError(error.to_string()))?;
        match (model.input_ids(), model.output_ids()) {
            (&[input], &[output]) => Ok(Self { model, input, output, idle: Mutex::default() }),
            _ => Err(EncodeError("it must have one input and one output".to_owned())),
        }
    }

    fn with_pool<T>(&self, run: impl FnOnce(Arc<ThreadPool>) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let pool = taken.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let result = run(pool.clone());
        idle().push(pool);
        result
    }
}

fn options() -> ModelOptions {
    let mut options = ModelOptions::with_all_ops();
    // Without prepacking a post takes more than twice the time.
    options.prepack_weights(true);
    options
}

impl Encoder for Transformer {
    fn encode(&self, ids: &[i32]) -> Result<States, EncodeError> {
        let failed = |error: String| EncodeError(error);
        let input = NdTensor::from_data([1, ids.len()], ids.to_vec());
        let [output] = self
            .with_pool(|pool| {
                let options = RunOptions::default().with_thread_pool(Some(pool));
                self.model.run_n(vec![(self.input, input.into())], [self.output], Some(options))
            })
            .map_err(|error| failed(error.to_string()))?;
        let states: Tensor<f32> =
            output.try_into().map_err(|_| failed("its output is not f32".to_owned()))?;
        let &[1, tokens, width] = states.shape() else {
            return Err(failed("its output is not one state a token".to_owned()));
        };
        if tokens != ids.len() || width == 0 {
            return Err(failed("its output is not one state a token".to_owned()));
        }
        Ok(States::new(width, states.to_vec()))
    }
}
