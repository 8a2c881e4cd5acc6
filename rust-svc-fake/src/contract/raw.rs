//! Messages in their encoding.

use bytes::{Buf, BufMut, Bytes};
use rust_svc::{
    Message, Violations,
    prost::{
        self, DecodeError,
        encoding::{DecodeContext, WireType, skip_field},
    },
};

/// A message in its encoding, of any type.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RawMessage(pub(crate) Bytes);

impl prost::Message for RawMessage {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        buffer.put_slice(&self.0);
    }

    /// Skips a field: messages are merged whole.
    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        skip_field(wire_type, tag, buffer, context)
    }

    fn merge(&mut self, mut buffer: impl Buf) -> Result<(), DecodeError> {
        self.0 = buffer.copy_to_bytes(buffer.remaining());
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl Message for RawMessage {
    const NAME: &'static str = "rust_svc.RawMessage";
    type Wire = Self;

    fn into_wire(self) -> Self {
        self
    }

    fn read(wire: Self, _: &mut Violations) -> Option<Self> {
        Some(wire)
    }
}
