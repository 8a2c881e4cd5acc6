//! The rules of orders, with fakes of inventory and dispatch.

mod cancelling;
mod following;
mod placing;
mod requests;
mod shop;
mod traces;
