//! The program that counts allocations, which is slower.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> std::process::ExitCode {
    bench::rest::command::main(&|| {
        let counted = ALLOCATOR.stats();
        counted.allocations + counted.reallocations
    })
}
