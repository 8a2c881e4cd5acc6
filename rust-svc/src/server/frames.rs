//! The frames of HTTP/2 (RFC 9113, section 4.1), as far as a server has to count them.

use std::time::Duration;

use tokio::time::Instant;

/// What each client of HTTP/2 says first.
pub(super) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The beginning of a frame: length, kind, flags and stream.
const HEAD: usize = 9;

/// Where in it the kind is.
const KIND: usize = 3;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;

/// A frame, by what its beginning says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    kind: u8,
    flags: u8,
}

impl Frame {
    /// True if it is part of a call.
    pub(super) fn is_of_a_call(self) -> bool {
        [DATA, HEADERS].contains(&self.kind)
    }

    /// True if the other side may send any number of it, and each costs this side an answer or some work.
    pub(super) fn is_a_burden(self) -> bool {
        self.kind == PRIORITY || ([PING, SETTINGS].contains(&self.kind) && self.flags & ACK == 0)
    }
}

/// Finds the frames in bytes that come in pieces.
#[derive(Debug, Default)]
pub(super) struct Frames {
    head: [u8; HEAD],
    filled: usize,
    payload: usize,
    settings: Settings,
}

impl Frames {
    /// Tells each frame whose beginning ends in these bytes.
    pub(super) fn read(&mut self, mut bytes: &[u8], mut each: impl FnMut(Frame)) {
        while !bytes.is_empty() {
            let skipped = self.payload.min(bytes.len());
            if self.head[KIND] == SETTINGS {
                self.settings.read(&bytes[..skipped]);
            }
            self.payload -= skipped;
            let taken = (HEAD - self.filled).min(bytes.len() - skipped);
            self.head[self.filled..self.filled + taken].copy_from_slice(&bytes[skipped..skipped + taken]);
            self.filled += taken;
            bytes = &bytes[skipped + taken..];
            if self.filled == HEAD {
                let [high, middle, low, kind, flags, ..] = self.head;
                self.payload = u32::from_be_bytes([0, high, middle, low]) as usize;
                self.filled = 0;
                each(Frame { kind, flags });
            }
        }
    }

    /// How large a list of headers may be, by the settings among these frames.
    pub(super) fn max_header_list_size(&self) -> Option<u32> {
        self.settings.max_header_list_size
    }

    /// True if the last frame was whole.
    pub(super) fn is_between(&self) -> bool {
        self.filled == 0 && self.payload == 0
    }
}

/// A setting: its number and its value (RFC 9113, section 6.5.1).
const SETTING: usize = 6;

const MAX_HEADER_LIST_SIZE: u16 = 6;

/// What settings say, which come in pieces, as far as it matters here.
#[derive(Debug, Default)]
struct Settings {
    begun: [u8; SETTING],
    filled: usize,
    max_header_list_size: Option<u32>,
}

impl Settings {
    fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.begun[self.filled] = *byte;
            self.filled = (self.filled + 1) % SETTING;
            let [high, low, value @ ..] = self.begun;
            if self.filled == 0 && u16::from_be_bytes([high, low]) == MAX_HEADER_LIST_SIZE {
                self.max_header_list_size = Some(u32::from_be_bytes(value));
            }
        }
    }
}

/// How many burdens a caller may send at once, and how long it takes until one more is allowed.
pub(super) const BURST: u32 = 100;
pub(super) const EVERY: Duration = Duration::from_secs(1);

/// How much burden a caller may still be (gRFC A8 in spirit): pings that find out the bandwidth come with data, and
/// those that keep a connection alive come seldom.
#[derive(Debug)]
pub(super) struct Patience {
    left: u32,
    since: Instant,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { left: BURST, since: Instant::now() }
    }

    /// Something was done for the caller.
    pub(super) fn renew(&mut self) {
        self.left = BURST;
    }

    /// Takes a burden. False if it is one too many.
    pub(super) fn spend(&mut self) -> bool {
        let regained = (self.since.elapsed().as_millis() / EVERY.as_millis()).try_into().unwrap_or(u32::MAX);
        self.since += EVERY.saturating_mul(regained);
        let left = self.left.saturating_add(regained).min(BURST);
        self.left = left.saturating_sub(1);
        left > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let mut bytes = (payload as u32).to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags, 0, 0, 0, 1]);
        bytes.resize(HEAD + payload, 0xff);
        bytes
    }

    #[test]
    fn frames_in_pieces_of_any_size() {
        let bytes = [frame(SETTINGS, 0, 18), frame(HEADERS, 4, 300), frame(DATA, 1, 0), frame(PING, ACK, 8)].concat();
        for size in [1, 2, 8, 9, 10, 100, bytes.len()] {
            let (mut frames, mut found) = (Frames::default(), Vec::new());
            for piece in bytes.chunks(size) {
                frames.read(piece, |frame| found.push((frame.kind, frame.flags)));
            }
            assert_eq!(found, [(SETTINGS, 0), (HEADERS, 4), (DATA, 1), (PING, ACK)], "pieces of {size}");
            assert!(frames.is_between());
        }
    }

    #[test]
    fn settings_in_pieces_of_any_size() {
        let settings = [&frame(SETTINGS, 0, 12)[..HEAD], &[0, 3, 0, 0, 0, 9, 0, 6, 0, 1, 0, 0]].concat();
        let bytes = [frame(DATA, 0, 12), settings, frame(SETTINGS, ACK, 0), frame(HEADERS, 0, 12)].concat();
        for size in [1, 5, 9, bytes.len()] {
            let mut frames = Frames::default();
            bytes.chunks(size).for_each(|piece| frames.read(piece, |_| ()));
            assert_eq!(frames.max_header_list_size(), Some(65536), "pieces of {size}");
        }
    }

    #[test]
    fn a_frame_that_is_not_whole() {
        let bytes = frame(DATA, 0, 5);
        for end in 1..bytes.len() {
            let mut frames = Frames::default();
            frames.read(&bytes[..end], |_| ());
            assert!(!frames.is_between(), "{end} bytes");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_and_comes_back() {
        let mut patience = Patience::new();
        assert!((0..BURST).all(|_| patience.spend()));
        assert!(!patience.spend());
        tokio::time::sleep(EVERY * 3).await;
        assert_eq!([patience.spend(), patience.spend(), patience.spend(), patience.spend()], [true, true, true, false]);
        patience.renew();
        assert!((0..BURST).all(|_| patience.spend()) && !patience.spend());
    }

    #[tokio::test(start_paused = true)]
    async fn who_pings_seldom_may_ping_for_ever() {
        let mut patience = Patience::new();
        for _ in 0..BURST * 10 {
            tokio::time::sleep(EVERY).await;
            assert!(patience.spend());
        }
    }
}
