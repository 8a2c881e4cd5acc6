//! The program that counts what it allocates, which takes time.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> std::process::ExitCode {
    wire::command::main(&|| {
        let counted = ALLOCATOR.stats();
        counted.allocations + counted.reallocations
    })
}
