//! Metrics of calls, for Prometheus.
//!
//! | module | holds |
//! |---|---|
//! | `prometheus` | [`Metrics`], the observer |
//! | `calls`, `http_requests`, `breakers`, `endpoints`, `panics` | groups of metrics |
//! | `labels` | the labels of methods, targets and outcomes |
//! | `target_map` | a value for each method of each target |
//! | `per_thread`, `thread_counters` | counters of single threads, which are summed on scrape |

mod breakers;
mod calls;
mod endpoints;
mod http_requests;
mod labels;
mod panics;
mod per_thread;
mod prometheus;
mod target_map;
mod thread_counters;

pub use prometheus::Metrics;
