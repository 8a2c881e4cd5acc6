//! Bytes, changed as by accident.

use fastrand::Rng;

/// The bytes with one to eight of them changed, left out, doubled or cut off.
pub(super) fn mutate(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = if bytes.is_empty() { vec![0] } else { bytes.to_vec() };
    for _ in 0..rng.usize(1..=8) {
        let at = rng.usize(..bytes.len());
        match rng.u8(..6) {
            0 => bytes[at] = rng.u8(..),
            1 => bytes[at] ^= 1 << rng.u8(..8),
            2 if bytes.len() > 1 => drop(bytes.remove(at)),
            3 => bytes.insert(at, bytes[at]),
            4 => bytes[at..].fill_with(|| rng.u8(..)),
            _ => bytes.truncate((at + 1).max(bytes.len() / 2)),
        }
    }
    bytes
}
