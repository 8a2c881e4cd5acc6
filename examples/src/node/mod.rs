//! The processes of the system: what each is told on its command line, and how it is put together.

mod dispatch;
mod gateway;
mod inventory;
mod order;
mod start;

pub use dispatch::DispatchNode;
pub use gateway::{GatewayNode, front};
pub use inventory::InventoryNode;
pub use order::OrderNode;
pub use start::{Failure, Life, start};
