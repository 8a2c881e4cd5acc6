//! Tests of fakes, one feature in each file.

mod bidi_streaming;
mod client_streaming;
mod concurrency;
mod contract;
mod generated;
mod scripts;
mod server_streaming;
mod session;
mod strict;
mod texts;
mod unary;
mod zero;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use super::{BidiStreaming, ClientStreaming, ServerStreaming, Session, Unary};
use crate::{Code, Context, Error, Method, Result};

const CHECK_STOCK: Method = Method::unary("/inventory.v1.InventoryService/CheckStock");
const WATCH_STOCK: Method = Method::server_streaming("/inventory.v1.InventoryService/WatchStock");
const UPLOAD: Method = Method::client_streaming("/inventory.v1.InventoryService/Upload");
const ASSIGN: Method = Method::bidi_streaming("/dispatch.v1.DispatchService/Assign");

#[derive(Clone, Debug, PartialEq)]
struct Query {
    product: &'static str,
    quantity: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word {
    Hello,
    Offer,
    Accept,
    Decline,
    More,
    Route,
}

fn query(product: &'static str, quantity: u32) -> Query {
    Query { product, quantity }
}

fn check_stock() -> Unary<Query, u32> {
    Session::lenient().fake(CHECK_STOCK)
}

fn watch_stock() -> ServerStreaming<Query, u32> {
    Session::lenient().fake(WATCH_STOCK)
}

fn upload() -> ClientStreaming<u32, usize> {
    Session::lenient().fake(UPLOAD)
}

fn assign() -> BidiStreaming<Word, Word> {
    Session::lenient().fake(ASSIGN)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code())
}

fn flaky() -> Error {
    Error::unavailable("flaky")
}

fn within(millis: u64) -> Context {
    Context::new().with_timeout(ms(millis))
}

/// Returns the message with which `work` panics.
fn panic_of(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("it does not panic");
    panic.downcast::<String>().map_or_else(|panic| (*panic.downcast::<&str>().unwrap()).to_owned(), |text| *text)
}
