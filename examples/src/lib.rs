//! A complete system made with `protoc-gen-rust-svc`: inventory, order and dispatch services, and a gateway.
//!
//! | part | |
//! |---|---|
//! | [`generated`] | the code generated from `proto/` |
//! | [`inventory`], [`order`], [`dispatch`], [`tracking`] | the business logic: each implements its generated trait, without gRPC or HTTP |
//! | [`node`] | the processes: adapters, clients and gateways around the business logic |
//! | [`demo`] | the scenario of the demo |
//!
//! Each service keeps its state behind a trait in `store`, which `sqlite` implements on the embedded [`database`].

pub mod access;
pub mod database;
pub mod demo;

pub mod dispatch;
pub mod lists;
#[rustfmt::skip]
pub mod generated;
pub mod inventory;
pub mod node;
pub mod order;
pub mod time;
pub mod tracking;
pub mod validation;

#[cfg(doctest)]
mod user_guide;
