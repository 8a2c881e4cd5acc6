//! Faults of the transport that scripts of fakes cause.

mod connection_switch;
mod fault_layer;
mod fault_response;
mod faulty_io;

pub(super) use connection_switch::Switches;
pub(super) use fault_layer::FaultLayer;
pub(super) use faulty_io::FaultyIo;
