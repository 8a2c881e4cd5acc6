//! One service, served and called alike by this project and by its peers: the programs that `bench wire` runs.

pub mod error;
pub mod stacks;
