//! Parts of a gateway by themselves: the lookup of a route, and JSON.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use rust_svc::{
    Message,
    gateway::MeasuredRoutes,
    json::{self, ParseOptions, PrintOptions},
};

use super::{axum, command::Application, generated::orders::bench::gateway::v1::pb, ours};
use crate::error::Result;

/// The repetitions between two reads of the clock.
const BATCH: u32 = 100;

/// A part of a gateway.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum GatewayPart {
    /// The lookup of a route among fifty.
    Routes50,
    /// The lookup of a route among five thousand.
    Routes5000,
    /// The JSON of an order, printed.
    Print,
    /// The JSON of an order, read.
    Read,
}

impl GatewayPart {
    /// Returns the mean time, in seconds. The routes are always ours.
    pub(super) fn mean(self, application: Application, duration: Duration) -> Result<f64> {
        match (self, application) {
            (Self::Routes50, _) => Ok(lookup(50, duration)),
            (Self::Routes5000, _) => Ok(lookup(5000, duration)),
            (Self::Print, Application::Axum) => print_by_serde(duration),
            (Self::Print, _) => print(duration),
            (Self::Read, Application::Axum) => read_by_serde(duration),
            (Self::Read, _) => read(duration),
        }
    }
}

/// Looks up the routes of collections in turn, with a variable each.
fn lookup(count: usize, duration: Duration) -> f64 {
    let routes = MeasuredRoutes::new((0..count).map(|index| format!("/v1/collection{index}/{{name}}/items/{{item}}")));
    let paths: Vec<_> = (0..count).map(|index| format!("/v1/collection{index}/first/items/second")).collect();
    let mut next = paths.iter().cycle();
    repeated(duration, || next.next().and_then(|path| routes.find(black_box(path))))
}

fn print(duration: Duration) -> Result<f64> {
    let (order, options) = (our_order(), PrintOptions::default());
    json::to_vec(&order, &options)?;
    Ok(repeated(duration, || json::to_vec(black_box(&order), &options)))
}

fn read(duration: Duration) -> Result<f64> {
    let (text, options) = (json::to_vec(&our_order(), &PrintOptions::default())?, ParseOptions::default());
    json::from_slice::<pb::Order>(&text, &options)?;
    Ok(repeated(duration, || json::from_slice::<pb::Order>(black_box(&text), &options)))
}

fn our_order() -> pb::Order {
    ours::order("order-2041".to_owned()).into_wire()
}

fn print_by_serde(duration: Duration) -> Result<f64> {
    let order = axum::order("order-2041".to_owned());
    serde_json::to_vec(&order)?;
    Ok(repeated(duration, || serde_json::to_vec(black_box(&order))))
}

fn read_by_serde(duration: Duration) -> Result<f64> {
    let text = serde_json::to_vec(&axum::order("order-2041".to_owned()))?;
    serde_json::from_slice::<axum::Order>(&text)?;
    Ok(repeated(duration, || serde_json::from_slice::<axum::Order>(black_box(&text))))
}

fn repeated<T>(duration: Duration, mut call: impl FnMut() -> T) -> f64 {
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed() < duration {
        (0..BATCH).for_each(|_| drop(black_box(call())));
        calls += BATCH;
    }
    start.elapsed().as_secs_f64() / f64::from(calls.max(1))
}
