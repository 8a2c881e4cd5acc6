//! The processes of the system: their command lines and wiring.

mod credentials;
mod demonstration;
mod dispatch;
mod front;
mod gateway;
mod inventory;
mod options;
mod order;
mod page;
mod process;
mod start;

pub use credentials::CredentialsCommand;
pub use dispatch::DispatchNode;
pub use front::with_last_stock;
pub use gateway::{GatewayNode, front};
pub use inventory::InventoryNode;
pub use options::ProcessOptions;
pub use order::OrderNode;
pub use start::{BoxError, start};
