//! A complete system made with `protoc-gen-rust-svc`: inventory, order and dispatch services, and a gateway.

pub mod database;
pub mod dispatch;
pub mod feed;
pub mod generated;
pub mod inventory;
pub mod locks;
pub mod order;
pub mod rules;
pub mod time;
