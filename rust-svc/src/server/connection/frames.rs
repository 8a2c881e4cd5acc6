//! The headers of HTTP/2 frames (RFC 9113, section 4.1), and a budget for control frames.

use std::time::Duration;

use tokio::time::Instant;

/// The connection preface of HTTP/2 clients.
pub(super) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The length of a frame header: length, type, flags and stream.
const HEADER_LEN: usize = 9;

/// The position of the type in a frame header.
const KIND: usize = 3;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;

/// The type and flags of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    kind: u8,
    flags: u8,
}

impl FrameHeader {
    /// Returns whether the frame belongs to a call.
    pub(super) fn belongs_to_call(self) -> bool {
        [DATA, HEADERS].contains(&self.kind)
    }

    /// Returns whether a peer can send the frame any number of times, and each costs a response or work.
    pub(super) fn is_control(self) -> bool {
        self.kind == PRIORITY || ([PING, SETTINGS].contains(&self.kind) && self.flags & ACK == 0)
    }
}

/// Finds frame headers in received bytes.
#[derive(Debug, Default)]
pub(crate) struct FrameScanner {
    header: [u8; HEADER_LEN],
    filled: usize,
    payload: usize,
    settings: SettingsScanner,
}

impl FrameScanner {
    /// Calls `each` for each frame header that ends in these bytes.
    pub(crate) fn read(&mut self, mut bytes: &[u8], mut each: impl FnMut(FrameHeader)) {
        while !bytes.is_empty() {
            let skipped = self.payload.min(bytes.len());
            if self.header[KIND] == SETTINGS {
                self.settings.read(&bytes[..skipped]);
            }
            self.payload -= skipped;
            let taken = (HEADER_LEN - self.filled).min(bytes.len() - skipped);
            self.header[self.filled..self.filled + taken].copy_from_slice(&bytes[skipped..skipped + taken]);
            self.filled += taken;
            bytes = &bytes[skipped + taken..];
            if self.filled == HEADER_LEN {
                let [high, middle, low, kind, flags, ..] = self.header;
                self.payload = u32::from_be_bytes([0, high, middle, low]) as usize;
                self.filled = 0;
                each(FrameHeader { kind, flags });
            }
        }
    }

    /// Returns `SETTINGS_MAX_HEADER_LIST_SIZE`, if it was received.
    pub(super) fn max_header_list_size(&self) -> Option<u32> {
        self.settings.max_header_list_size
    }

    /// Returns whether the last frame is complete.
    pub(crate) fn is_at_boundary(&self) -> bool {
        self.filled == 0 && self.payload == 0
    }
}

/// The length of a setting: identifier and value (RFC 9113, section 6.5.1).
const SETTING_LEN: usize = 6;

const MAX_HEADER_LIST_SIZE: u16 = 6;

/// Finds the settings that matter here in the payload of SETTINGS frames.
#[derive(Debug, Default)]
struct SettingsScanner {
    partial: [u8; SETTING_LEN],
    filled: usize,
    max_header_list_size: Option<u32>,
}

impl SettingsScanner {
    fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.partial[self.filled] = *byte;
            self.filled = (self.filled + 1) % SETTING_LEN;
            let [high, low, value @ ..] = self.partial;
            if self.filled == 0 && u16::from_be_bytes([high, low]) == MAX_HEADER_LIST_SIZE {
                self.max_header_list_size = Some(u32::from_be_bytes(value));
            }
        }
    }
}

/// The number of control frames that a caller may still send (in the spirit of gRFC A8). Pings that measure bandwidth come
/// with data, and keepalive pings are rare.
#[derive(Debug)]
pub(crate) struct ControlFrameBudget {
    left: u32,
    since: Instant,
}

impl ControlFrameBudget {
    /// The number of control frames that a caller may send at once.
    pub(crate) const BURST: u32 = 100;

    /// The time until one more is allowed.
    pub(crate) const INTERVAL: Duration = Duration::from_secs(1);

    pub(super) fn new() -> Self {
        Self { left: Self::BURST, since: Instant::now() }
    }

    /// Fills the budget, because a frame of a call was sent.
    pub(super) fn refill(&mut self) {
        self.left = Self::BURST;
    }

    /// Takes one frame. Returns false if the budget is empty.
    pub(super) fn take(&mut self) -> bool {
        let regained = (self.since.elapsed().as_millis() / Self::INTERVAL.as_millis()).try_into().unwrap_or(u32::MAX);
        self.since += Self::INTERVAL.saturating_mul(regained);
        let left = self.left.saturating_add(regained).min(Self::BURST);
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
        bytes.resize(HEADER_LEN + payload, 0xff);
        bytes
    }

    #[test]
    fn frames_are_found_in_pieces_of_any_size() {
        let bytes = [frame(SETTINGS, 0, 18), frame(HEADERS, 4, 300), frame(DATA, 1, 0), frame(PING, ACK, 8)].concat();
        for size in [1, 2, 8, 9, 10, 100, bytes.len()] {
            let (mut frames, mut found) = (FrameScanner::default(), Vec::new());
            for piece in bytes.chunks(size) {
                frames.read(piece, |frame| found.push((frame.kind, frame.flags)));
            }
            assert_eq!(found, [(SETTINGS, 0), (HEADERS, 4), (DATA, 1), (PING, ACK)], "pieces of {size}");
            assert!(frames.is_at_boundary());
        }
    }

    #[test]
    fn settings_are_found_in_pieces_of_any_size() {
        let settings = [&frame(SETTINGS, 0, 12)[..HEADER_LEN], &[0, 3, 0, 0, 0, 9, 0, 6, 0, 1, 0, 0]].concat();
        let bytes = [frame(DATA, 0, 12), settings, frame(SETTINGS, ACK, 0), frame(HEADERS, 0, 12)].concat();
        for size in [1, 5, 9, bytes.len()] {
            let mut frames = FrameScanner::default();
            bytes.chunks(size).for_each(|piece| frames.read(piece, |_| ()));
            assert_eq!(frames.max_header_list_size(), Some(65536), "pieces of {size}");
        }
    }

    #[test]
    fn an_incomplete_frame_is_not_a_boundary() {
        let bytes = frame(DATA, 0, 5);
        for end in 1..bytes.len() {
            let mut frames = FrameScanner::default();
            frames.read(&bytes[..end], |_| ());
            assert!(!frames.is_at_boundary(), "{end} bytes");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_is_used_up_and_regained() {
        let mut budget = ControlFrameBudget::new();
        assert!((0..ControlFrameBudget::BURST).all(|_| budget.take()));
        assert!(!budget.take());
        tokio::time::sleep(ControlFrameBudget::INTERVAL * 3).await;
        assert_eq!([budget.take(), budget.take(), budget.take(), budget.take()], [true, true, true, false]);
        budget.refill();
        assert!((0..ControlFrameBudget::BURST).all(|_| budget.take()) && !budget.take());
    }

    #[tokio::test(start_paused = true)]
    async fn rare_pings_are_always_allowed() {
        let mut budget = ControlFrameBudget::new();
        for _ in 0..ControlFrameBudget::BURST * 10 {
            tokio::time::sleep(ControlFrameBudget::INTERVAL).await;
            assert!(budget.take());
        }
    }
}
