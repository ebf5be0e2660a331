//! The transformer, run by rten.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use rten::{LoadError, Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::encoder::{EncodeError, Encoder, States};

/// A transformer with int8 weights, run one post at a time.
///
/// One post at a time because activations are quantised by the range of their batch: in company a
/// post's states would depend on its neighbours, and a verdict could not be reproduced.
pub struct Transformer {
    network: Arc<Network>,
    /// Lanes that nobody is using. Each caller has one to itself while it waits, so that there are
    /// never more than callers at the same time: the service alone decides on parallelism.
    idle: Mutex<Vec<Lane>>,
}

struct Network {
    model: Model,
    input: NodeId,
    output: NodeId,
}

/// A thread that runs the network for one caller after the other.
///
/// rten runs on a rayon pool. A caller that is itself a worker of such a pool would take up other
/// work of its own pool while it waits, a post within a post within a post, until its stack is
/// full; one that waits for a thread of ours does nothing but wait.
struct Lane {
    jobs: mpsc::Sender<Job>,
}

struct Job {
    ids: Vec<i32>,
    reply: mpsc::Sender<Result<States, EncodeError>>,
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
        let (&[input], &[output]) = (model.input_ids(), model.output_ids()) else {
            return Err(EncodeError("it must have one input and one output".to_owned()));
        };
        let network = Arc::new(Network { model, input, output });
        Ok(Self { network, idle: Mutex::default() })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Lane>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
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
        let taken = self.idle().pop();
        let lane = match taken {
            Some(lane) => lane,
            None => Lane::open(self.network.clone())?,
        };
        let states = lane.run(ids);
        // A lane that has ended is not used again.
        if states.is_ok() {
            self.idle().push(lane);
        }
        states
    }
}

impl Lane {
    fn open(network: Arc<Network>) -> Result<Self, EncodeError> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let work = move || {
            let pool = Arc::new(ThreadPool::with_num_threads(1));
            for job in waiting {
                // A caller that has gone away needs no answer.
                let _ = job.reply.send(network.run(&job.ids, pool.clone()));
            }
        };
        thread::Builder::new()
            .name("encoder".to_owned())
            .spawn(work)
            .map_err(|error| EncodeError(error.to_string()))?;
        Ok(Self { jobs })
    }

    fn run(&self, ids: &[i32]) -> Result<States, EncodeError> {
        let ended = || EncodeError("its thread has ended".to_owned());
        let (reply, answer) = mpsc::channel();
        self.jobs.send(Job { ids: ids.to_vec(), reply }).map_err(|_| ended())?;
        answer.recv().map_err(|_| ended())?
    }
}

impl Network {
    fn run(&self, ids: &[i32], pool: Arc<ThreadPool>) -> Result<States, EncodeError> {
        let wrong_shape = || EncodeError("its output is not one state a token".to_owned());
        let input = NdTensor::from_data([1, ids.len()], ids.to_vec());
        let options = RunOptions::default().with_thread_pool(Some(pool));
        let [output] = self
            .model
            .run_n(vec![(self.input, input.into())], [self.output], Some(options))
            .map_err(|error| EncodeError(error.to_string()))?;
        let states: Tensor<f32> = output.try_into().map_err(|_| wrong_shape())?;
        match states.shape() {
            &[1, tokens, width] if tokens == ids.len() && width > 0 => {
                Ok(States::new(width, states.to_vec()))
            }
            _ => Err(wrong_shape()),
        }
    }
}
