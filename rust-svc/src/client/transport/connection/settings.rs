//! The SETTINGS of a server, as far as h2 does not expose them.

use http::Request;

use crate::grpc::header_list;

/// The size of a frame header (RFC 9113, section 4.1).
const FRAME_HEADER: usize = 9;

/// The type of a SETTINGS frame, the size of one setting, and the identifier of the one that is read (section 6.5).
const SETTINGS: u8 = 4;
const SETTING: usize = 6;
const MAX_HEADER_LIST_SIZE: u16 = 6;

/// Reads the first SETTINGS frame, which may arrive in pieces. Later changes are ignored.
#[derive(Default)]
pub(super) struct SettingsReader(Vec<u8>);

impl SettingsReader {
    /// Returns the largest headers that the server accepts, or `None` while the frame is incomplete. h2 rejects a server
    /// that begins with another frame.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Option<u32> {
        self.0.extend_from_slice(bytes);
        let ([high, middle, low, kind, ..], rest) = self.0.split_first_chunk::<FRAME_HEADER>()?;
        if *kind != SETTINGS {
            return Some(u32::MAX);
        }
        let settings = rest.get(..u32::from_be_bytes([0, *high, *middle, *low]) as usize)?;
        let size = settings.chunks_exact(SETTING).rev().find_map(max_header_list_size).unwrap_or(u32::MAX);
        self.0 = Vec::new();
        Some(size)
    }
}

fn max_header_list_size(setting: &[u8]) -> Option<u32> {
    let (number, value) = setting.split_first_chunk()?;
    (u16::from_be_bytes(*number) == MAX_HEADER_LIST_SIZE).then(|| value.try_into().map(u32::from_be_bytes).ok())?
}

/// Returns whether the headers of a request are within the server's limit.
pub(super) fn accepts_headers(limit: u32, request: &Request<()>) -> bool {
    let (method, uri) = (request.method().as_str(), request.uri());
    let (scheme, authority) = (uri.scheme_str().unwrap_or("https"), uri.authority().map_or("", |it| it.as_str()));
    let pseudo = [(":method", method), (":scheme", scheme), (":authority", authority), (":path", uri.path())];
    let pseudo = pseudo.iter().map(|(name, value)| header_list::entry_size(name, value.len())).sum::<usize>();
    limit == u32::MAX || header_list::size(request.headers()) + pseudo <= limit as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_arrive_in_pieces_of_any_size() {
        let limited = [0, 0, 12, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 9, 0, 6, 0, 1, 0, 0, 7, 7, 7];
        let empty = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 6, 4];
        let other = [0, 0, 8, 6, 0, 0, 0, 0, 0, 0, 6];
        for (bytes, limit) in [(&limited[..], 65536), (&empty, u32::MAX), (&other, u32::MAX)] {
            for size in [1, 5, 9, bytes.len()] {
                let mut settings = SettingsReader::default();
                let found = bytes.chunks(size).find_map(|piece| settings.read(piece));
                assert_eq!(found, Some(limit), "{bytes:?} in pieces of {size}");
            }
        }
        assert_eq!(SettingsReader::default().read(&limited[..20]), None);
    }
}
