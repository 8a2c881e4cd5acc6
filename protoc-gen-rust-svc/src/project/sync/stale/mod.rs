//! Disables the code that a contract no longer has, so that the project compiles and no written code is lost.

mod calls;
mod clients;
mod disable;
mod items;
mod methods;
mod services;
mod unused;

pub(super) use self::{
    clients::client_traits,
    disable::mentions,
    items::{active_functions, is_file_disabled},
};
