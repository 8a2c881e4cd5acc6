//! Services, served and called alike by this project and by its peers: the programs that `bench wire` and `bench gateway` run.

pub mod error;
pub mod rest;
pub mod stacks;
