//! Observes the processes from outside: their metrics each second, and their calls.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    sync::{Mutex as AsyncMutex, broadcast::error::RecvError},
    time::interval,
};

use super::{
    super::{http::Http, services::Services},
    metrics::Figures,
    traces::Traces,
};

/// The number of seconds of the charts.
const SECONDS: usize = 60;
const NAMES: [&str; 3] = ["closed", "half open", "open"];

/// The traces and metrics read from the processes.
#[derive(Debug, Default)]
pub(super) struct Observations {
    pub(super) traces: Traces,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    figures: BTreeMap<&'static str, Figures>,
    samples: BTreeMap<&'static str, VecDeque<Value>>,
}

impl Observations {
    /// The samples of the last minute, by process.
    pub(super) fn samples(&self) -> Value {
        json!(self.state().samples)
    }

    /// The circuit breakers of all processes.
    pub(super) fn breakers(&self) -> Vec<Value> {
        let state = self.state();
        let of_process = |(process, figures): (&&'static str, &Figures)| {
            let breaker = |(method, state): &(String, u8)| json!({ "process": process, "method": method, "state": NAMES[usize::from(*state).min(2)] });
            figures.breakers.iter().map(breaker).collect::<Vec<_>>()
        };
        state.figures.iter().flat_map(of_process).collect()
    }

    fn add(&self, process: &'static str, figures: Option<Figures>) {
        let mut state = self.state();
        let figures = figures.unwrap_or_default();
        let sample = state.figures.get(process).map(|earlier| figures.since(earlier)).unwrap_or_default();
        state.figures.insert(process, figures);
        let samples = state.samples.entry(process).or_default();
        samples.push_back(json!([sample.calls, sample.median, sample.slow]));
        if samples.len() > SECONDS {
            samples.pop_front();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Observes the processes, until they are gone.
    pub(super) async fn observe(self: Arc<Self>, services: Arc<AsyncMutex<Services>>) {
        let mut calls = services.lock().await.calls();
        let mut seconds = interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                line = calls.recv() => match line {
                    Ok(line) => self.traces.add(&line),
                    Err(RecvError::Lagged(_)) => (),
                    Err(RecvError::Closed) => return,
                },
                _ = seconds.tick() => drop(tokio::spawn(self.clone().sample(services.clone()))),
            }
        }
    }

    async fn sample(self: Arc<Self>, services: Arc<AsyncMutex<Services>>) {
        let urls: Vec<_> = services.lock().await.processes().map(|process| (process.name, process.metrics())).collect();
        for name in Services::NAMES {
            let url = urls.iter().find(|(known, _)| *known == name).map(|(_, url)| url);
            let text = match url {
                Some(url) => Http::new(url, "").text("").await.ok(),
                None => None,
            };
            self.add(name, text.map(|text| Figures::read(&text)));
        }
    }
}
