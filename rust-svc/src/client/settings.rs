//! What a server says of itself first of all.

use http::Request;

/// The beginning of a frame: length, kind, flags and stream (RFC 9113, section 4.1).
const HEAD: usize = 9;

/// The kind of a frame of settings, and the one that is looked for among these, of six bytes each (section 6.5).
const SETTINGS: u8 = 4;
const SETTING: usize = 6;
const MAX_HEADER_LIST_SIZE: u16 = 6;

/// What a header counts besides its name and its value (section 6.5.2), and what method, scheme, authority and path count
/// besides the last two.
const ENTRY: usize = 32;
const PSEUDO: usize = 4 * (ENTRY + 10);

/// The settings with which a server begins, which come in pieces. Those that it tells later are not heard.
#[derive(Default)]
pub(super) struct Settings(Vec<u8>);

impl Settings {
    /// How large the headers of a request may be; `None` while not all settings have come. A server that begins otherwise
    /// is h2's to refuse.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Option<u32> {
        self.0.extend_from_slice(bytes);
        let ([high, middle, low, kind, ..], rest) = self.0.split_first_chunk::<HEAD>()?;
        if *kind != SETTINGS {
            return Some(u32::MAX);
        }
        let settings = rest.get(..u32::from_be_bytes([0, *high, *middle, *low]) as usize)?;
        let room = settings.chunks_exact(SETTING).rev().find_map(room).unwrap_or(u32::MAX);
        self.0 = Vec::new();
        Some(room)
    }
}

fn room(setting: &[u8]) -> Option<u32> {
    let (number, value) = setting.split_first_chunk()?;
    (u16::from_be_bytes(*number) == MAX_HEADER_LIST_SIZE).then(|| value.try_into().map(u32::from_be_bytes).ok())?
}

/// True if a server takes the headers of a request.
pub(super) fn holds(room: u32, request: &Request<()>) -> bool {
    let sizes = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ENTRY);
    let uri = request.uri();
    let pseudo = PSEUDO + uri.path().len() + uri.authority().map_or(0, |authority| authority.as_str().len());
    room == u32::MAX || sizes.sum::<usize>() + pseudo <= room as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_in_pieces_of_any_size() {
        let told = [0, 0, 12, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 9, 0, 6, 0, 1, 0, 0, 7, 7, 7];
        let silent = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 6, 4];
        let other = [0, 0, 8, 6, 0, 0, 0, 0, 0, 0, 6];
        for (bytes, room) in [(&told[..], 65536), (&silent, u32::MAX), (&other, u32::MAX)] {
            for size in [1, 5, 9, bytes.len()] {
                let mut settings = Settings::default();
                let found = bytes.chunks(size).find_map(|piece| settings.read(piece));
                assert_eq!(found, Some(room), "{bytes:?} in pieces of {size}");
            }
        }
        assert_eq!(Settings::default().read(&told[..20]), None);
    }
}
