//! Any bytes as a `CodeGeneratorRequest`: half of them as libFuzzer changes bytes, half as `resilience::mutated` changes requests.

#![no_main]

use fastrand::Rng;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use resilience::mutated::{judge::judge, mutate::mutate};

fuzz_target!(|request: &[u8]| {
    if let Err(fault) = judge(request) {
        panic!("{fault}");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut rng = Rng::with_seed(seed.into());
    if rng.bool() {
        return fuzzer_mutate(data, size, most);
    }
    let changed = mutate(&data[..size], &mut rng);
    let length = changed.len().min(most);
    data[..length].copy_from_slice(&changed[..length]);
    length
});
