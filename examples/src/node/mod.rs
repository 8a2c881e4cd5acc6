//! The processes of the system: their command lines and wiring.

mod dispatch;
mod gateway;
mod inventory;
mod order;
mod process;

pub use dispatch::DispatchNode;
pub use gateway::{GatewayNode, front};
pub use inventory::InventoryNode;
pub use order::OrderNode;
pub use process::{BoxError, ProcessOptions, start};
