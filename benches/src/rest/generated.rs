//! The code generated for `orders.proto`.

include!(concat!(env!("OUT_DIR"), "/orders_module.rs"));
