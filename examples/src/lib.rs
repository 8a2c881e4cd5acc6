//! A complete system made with `protoc-gen-rust-svc`: inventory, order and dispatch services, and a gateway.
//!
//! | part | |
//! |---|---|
//! | [`generated`] | what the generator printed from `proto/` |
//! | [`inventory`], [`order`], [`dispatch`], [`tracking`] | the business: each implements its generated trait and knows nothing of gRPC or HTTP |
//! | [`node`] | the processes: the business behind adapters, in front of clients, behind gateways |
//! | [`demo`] | the processes at work, and what they do when one of them goes away |
//!
//! The state of a service is behind a trait of its own, `store`, which `sqlite` implements over the embedded
//! [`database`].

pub mod database;
pub mod demo;

pub mod dispatch;
pub mod feed;
#[rustfmt::skip]
pub mod generated;
pub mod inventory;
pub mod locks;
pub mod node;
pub mod order;
pub mod rules;
pub mod time;
pub mod tracking;

#[cfg(doctest)]
mod user_guide;
