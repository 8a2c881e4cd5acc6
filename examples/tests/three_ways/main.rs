//! One test body for each service of the example, over its trait. It runs against the implementation, against a client of
//! the implementation over HTTP/2, and against the fake.

mod dispatch;
mod inventory;
mod order;
