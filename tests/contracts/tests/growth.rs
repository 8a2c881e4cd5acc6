//! The work of the generator grows with its input, whatever the shape of the contract.
//!
//! Work is counted as allocated bytes, since times depend on the machine.
#![allow(missing_docs)]

use std::{alloc::System, fs, path::PathBuf, thread};

use harness::shapes::{SHAPES, Shape};
use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    options::Options,
    read::{Input, compile::compile},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const STACK_BYTES: usize = 256 * 1024 * 1024;

/// The part of each shape's size that is enough to count.
const PART: usize = 10;

/// The most that work may grow from one size to twice that size.
const MOST: f64 = 2.5;

/// One test, because other threads would allocate at the same time.
#[test]
fn work_grows_with_the_size_of_a_contract() {
    // The compiler of the test reads chained files recursively.
    let test = thread::Builder::new().stack_size(STACK_BYTES).spawn(check_every_shape);
    test.expect("a thread can be started").join().expect("every shape grows with its size");
}

fn check_every_shape() {
    let grown = SHAPES.iter().map(|shape| (shape.name, growth(shape, "")));
    let packages = || SHAPES.iter().filter(|shape| shape.name.contains("packages"));
    let features = packages().map(|shape| (shape.name, growth(shape, ",split=features")));
    let wrong: Vec<_> = grown.chain(features).filter(|(_, growth)| *growth > MOST).collect();
    assert!(wrong.is_empty(), "shapes of twice the size take so many times the work: {wrong:?}");
}

fn growth(shape: &Shape, option: &str) -> f64 {
    let size = shape.size / PART;
    let growth = work(&input(shape, 2 * size), option) as f64 / work(&input(shape, size), option) as f64;
    println!("{} {option} {growth:.2}", shape.name);
    growth
}

/// The bytes that a run allocates.
fn work(input: &Input, option: &str) -> usize {
    let (mut diagnostics, region) = (Diagnostics::default(), Region::new(ALLOCATOR));
    let options = Options::parse(&format!("allow=all{option}"), &mut diagnostics);
    let files = protoc_gen_rust_svc::generate(input, &options, &mut diagnostics).expect("it can be printed");
    assert!(!files.is_empty(), "{}", diagnostics.errors());
    region.change().bytes_allocated
}

fn input(shape: &Shape, size: usize) -> Input {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let files = (shape.files)(size);
    for (name, text) in &files {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    let names: Vec<_> = files.keys().map(PathBuf::from).collect();
    compile(&[folder.path().to_owned()], &names).expect("a valid contract")
}
