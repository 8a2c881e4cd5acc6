//! The printed lines.

use crate::figure::{Figure, Goal, Unit};

pub(super) fn print(name: String, unit: Unit, ours: f64, peer: Option<f64>, goal: Goal) {
    println!("{}", Figure { name, unit, ours, peer, goal });
}
