//! Messages to frames and back, in texts of our own.

use std::marker::PhantomData;

use tonic::{
    Status,
    codec::{DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// Decodes a `Q` and encodes an `R`.
pub(super) struct Codec<Q, R>(PhantomData<fn(Q) -> R>);

impl<Q, R> Default for Codec<Q, R> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<Q, R> tonic::codec::Codec for Codec<Q, R>
where
    Q: prost::Message + Default + 'static,
    R: prost::Message + 'static,
{
    type Encode = R;
    type Decode = Q;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self::default()
    }

    fn decoder(&mut self) -> Self {
        Self::default()
    }
}

impl<Q, R: prost::Message> Encoder for Codec<Q, R> {
    type Item = R;
    type Error = Status;

    fn encode(&mut self, message: R, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.encode(buffer).map_err(|_| Status::internal("a response message did not fit into memory"))
    }
}

impl<Q: prost::Message + Default, R> Decoder for Codec<Q, R> {
    type Item = Q;
    type Error = Status;

    /// What prost says of a message that it cannot read names Rust types, so it stays here.
    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Q>, Status> {
        let malformed = |_| Status::internal("a request message is not in protobuf encoding, or is of another type");
        Q::decode(buffer).map(Some).map_err(malformed)
    }
}
