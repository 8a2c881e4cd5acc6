//! The key that makes a repeated call harmless.

use std::hash::{BuildHasher, RandomState};

use crate::Message;

/// Fills in the idempotency key of a request if it has one that is empty. True if it has one.
pub(crate) fn fill(request: &mut impl Message) -> bool {
    let Some(key) = request.idempotency_key() else { return false };
    if key.is_empty() {
        *key = random_uuid();
    }
    true
}

/// A UUID of version 4. Two calls with one key would be one call to the server, so it takes 128 bits that the
/// operating system seeded, and not those of the small generator that is good enough for jitter.
fn random_uuid() -> String {
    let state = RandomState::new();
    let high = state.hash_one("high") & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = state.hash_one("low") & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
    let (d, e) = (low >> 48, low & 0xffff_ffff_ffff);
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::random_uuid;

    #[test]
    fn uuids_are_of_version_4_and_differ() {
        let all: HashSet<_> = (0..10_000).map(|_| random_uuid()).collect();
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
