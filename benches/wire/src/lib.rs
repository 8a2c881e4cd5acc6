//! One contract, served and called by each stack alike: what `bench wire` measures.
//!
//! | module | stack |
//! |---|---|
//! | [`ours`] | this project, with deadlines, metrics and traces that are not sampled |
//! | [`raw`] | tonic, with the stubs of its own generator and nothing around them |
//! | [`connect`] | connect-rust, with the protocol of gRPC and nothing around its stubs |
//!
//! Each is a `Stack`. A [`Caller`] is a client of one of them; [`load`] calls it.

pub mod command;
pub mod connect;
pub mod load;
pub mod ours;
pub mod raw;
pub mod server;

use tokio::net::TcpListener;

/// What the generators printed.
mod generated {
    #[allow(clippy::all, missing_docs, unreachable_pub, unused_qualifications, reason = "tonic's generator printed it")]
    pub mod raw {
        include!(concat!(env!("OUT_DIR"), "/tonic/bench.wire.v1.rs"));
    }

    #[allow(
        clippy::all,
        missing_docs,
        unreachable_pub,
        unused_qualifications,
        reason = "the generator of connect-rust printed it"
    )]
    pub mod connect {
        include!(concat!(env!("OUT_DIR"), "/connect/mod.rs"));
    }

    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

/// What can go wrong ends the program.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// What serves the service and calls it.
pub(crate) trait Stack {
    /// Serves at the socket, for ever.
    async fn serve(listener: TcpListener) -> Result<()>;

    /// A client of a server at this port.
    async fn connect(port: u16) -> Result<impl Caller>;

    /// A client of the service in this process.
    fn in_process() -> Result<impl Caller>;

    /// The service, without a client.
    fn server() -> impl Caller;
}

/// A client of the service, whatever made it.
pub trait Caller: Clone + Send + 'static {
    /// Calls `Echo` once.
    fn echo(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// Calls `Repeat` and reads so many messages.
    fn repeat(&mut self, times: u32) -> impl Future<Output = Result<()>> + Send;
}

/// The request, in the words of each stack.
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

/// Fails unless the service was told what the request says.
pub fn check(number: u64) -> Result<()> {
    if number == 1_234_567 { Ok(()) } else { Err("the answer is another one".into()) }
}
