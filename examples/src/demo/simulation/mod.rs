//! Simulated couriers and customers, and what they remember of the system.

mod board;
mod courier;
mod customer;

pub(super) use board::Board;
pub(super) use courier::{Habits, SimulatedCourier};
pub(super) use customer::SimulatedCustomer;

/// The products, and how many of each are counted at the beginning.
pub(super) const PRODUCTS: [(&str, i64); 3] = [("tea", 4_000), ("cup", 2_000), ("bread", 1_000)];
/// The price of each product, in cents.
const PRICES: [i64; 3] = [350, 800, 420];
