//! Unique identifiers.

use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
};

thread_local! {
    static STATE: Cell<u64> = Cell::new(random_bits()[0]);
}

/// Returns 64 bits from a generator for each thread (SplitMix64), seeded by the operating system. They are predictable, so
/// use them for identifiers that are no secrets, such as those of spans.
pub(crate) fn quick_bits() -> u64 {
    let state = STATE.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(state);
    let bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Returns 128 bits seeded by the operating system, because a server would take two calls with one idempotency key for one.
pub(crate) fn random_bits() -> [u64; 2] {
    let state = RandomState::new();
    [state.hash_one("high"), state.hash_one("low")]
}

/// Returns a random UUID, version 4 (RFC 9562).
#[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
pub(crate) fn random() -> String {
    let [high, low] = random_bits();
    let high = high & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
    let (d, e) = (low >> 48, low & 0xffff_ffff_ffff);
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

#[cfg(all(test, any(feature = "adapter", feature = "client", feature = "gateway")))]
mod tests {
    use std::collections::HashSet;

    use super::random;

    #[test]
    fn uuids_are_version_4_and_unique() {
        let all: HashSet<_> = (0..10_000).map(|_| random()).collect();
        assert_eq!(all.len(), 10_000);
        for uuid in all {
            let groups: Vec<_> = uuid.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{uuid}");
            assert!(uuid.chars().all(|it| it == '-' || it.is_ascii_hexdigit() && !it.is_ascii_uppercase()), "{uuid}");
            assert_eq!(&uuid[14..15], "4", "{uuid}");
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        }
    }
}
