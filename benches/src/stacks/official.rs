//! A client of the crate `grpc`, without the stubs of its generator: they need protobuf's own compiler.

use bytes::Buf;
use grpc::{
    client::{CallOptions, Channel, ChannelOptions, Invoke, RecvStream, ResponseStreamItem, SendOptions, SendStream},
    core::{RecvMessage, RequestHeaders, SendMessage},
    credentials::LocalChannelCredentials,
};
use prost::Message;

use super::{
    generated::tonic::{EchoRequest, EchoResponse},
    stack::{Caller, check},
};
use crate::{error::Result, request};

/// Returns a client of a server at this port.
pub(super) fn connect(port: u16) -> impl Caller {
    let target = format!("dns:///127.0.0.1:{port}");
    OfficialCaller(Channel::new(target, LocalChannelCredentials::new_arc(), ChannelOptions::default()))
}

#[derive(Clone)]
struct OfficialCaller(Channel);

impl Caller for OfficialCaller {
    async fn echo(&mut self) -> Result<()> {
        let headers = RequestHeaders::new().with_method_name("/bench.wire.v1.EchoService/Echo");
        let (mut sender, mut receiver) = self.0.invoke(headers, CallOptions::new()).await;
        let sent = sender.send(&Sent(request!(EchoRequest)), SendOptions::new().with_final_msg(true)).await;
        let mut response = Received(EchoResponse::default());
        loop {
            match receiver.recv(&mut response).await {
                ResponseStreamItem::Headers(_) | ResponseStreamItem::Message => (),
                ResponseStreamItem::Trailers(trailers) => {
                    trailers.status().clone().map_err(|status| format!("{status:?}, {sent:?}"))?;
                    return check(response.0.number);
                }
                ResponseStreamItem::StreamClosed => return Err("the stream has no trailers".into()),
            }
        }
    }

    async fn repeat(&mut self, _: u32) -> Result<()> {
        Err("streams are not compared".into())
    }
}

struct Sent(EchoRequest);

struct Received(EchoResponse);

impl SendMessage for Sent {
    fn encode(&self) -> Result<Box<dyn Buf + Send + Sync>, String> {
        Ok(Box::new(bytes::Bytes::from(self.0.encode_to_vec())))
    }
}

impl RecvMessage for Received {
    fn decode(&mut self, data: &mut dyn Buf) -> Result<(), String> {
        self.0 = EchoResponse::decode(data).map_err(|error| error.to_string())?;
        Ok(())
    }
}
