//! The interface of a stack, and the request that all of them send.

use tokio::net::TcpListener;

use crate::error::Result;

/// A server and a client of the service.
pub(crate) trait Stack {
    /// Serves at the socket, until the program ends.
    async fn serve(listener: TcpListener) -> Result<()>;

    /// A client of a server at this port.
    async fn connect(port: u16) -> Result<impl Caller>;

    /// A client of the service in this process.
    fn in_process() -> Result<impl Caller>;

    /// The service, without a client.
    fn server() -> impl Caller;
}

/// A client of the service.
pub trait Caller: Clone + Send + 'static {
    /// Calls `Echo` once.
    fn echo(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// Calls `Repeat` and reads this many messages.
    fn repeat(&mut self, times: u32) -> impl Future<Output = Result<()>> + Send;
}

/// The request, as a message of each stack.
#[macro_export]
macro_rules! request {
    ($($request:ident)::+ $(, ..$rest:expr)?) => {
        $($request)::+ {
            name: "a name of some length".to_owned(),
            number: 1_234_567,
            tags: ["small", "medium sized", "a little longer than that"].map(str::to_owned).to_vec(),
            $(..$rest)?
        }
    };
}

/// Fails unless the response has the number of the request.
pub fn check(number: u64) -> Result<()> {
    if number == 1_234_567 { Ok(()) } else { Err("the response has another number".into()) }
}
