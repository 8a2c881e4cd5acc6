//! Programs that serve and call every method of a contract: with our code, and with tonic's stubs.

use crate::generator::contract::{Contract, Kind, Method};

/// The dependencies of the peer's generated code.
pub(super) const PEER_DEPENDENCIES: &str = r#"prost = "0.14"
prost-types = "0.14"
tokio-stream = { version = "0.1", features = ["net"] }
tonic = "0.14.9"
tonic-prost = "0.14.9"
"#;

/// The program of ours, with the artefacts for which `has` is true.
pub(super) fn ours(name: &str, contract: &Contract, has: impl Fn(&str) -> bool) -> String {
    let methods = contract.methods();
    if !has("adapter") {
        return "fn main() {}\n".to_owned();
    }
    let gateway = if has("gateway") { ".gateway(catalog_service_gateway(service))" } else { "" };
    let client = "let client = CatalogServiceClient(svc::Client::new(format!(\"http://{address}\"))?);";
    let (client, calls) = match has("client") {
        true => (format!("{client} call(&client).await;"), calls("CatalogServiceClient", &methods, our_call)),
        false => ("println!(\"{address}\");".to_owned(), String::new()),
    };
    let handlers: String = methods.iter().map(our_handler).collect();
    format!(
        "use bench_{name}::generated::bench::v1::*;
use rust_svc::{{self as svc, Context, Result, Streaming}};
use std::{{hint::black_box, sync::Arc}};

struct Everything;

#[svc::async_trait]
impl CatalogService for Everything {{
{handlers}}}

{calls}
#[tokio::main]
async fn main() -> Result<()> {{
    let service = Arc::new(Everything);
    let server = svc::Server::new().adapter(catalog_service_adapter(service.clone())){gateway};
    let server = server.bind(\"127.0.0.1:0\").await?;
    let address = server.local_addr();
    let server = tokio::spawn(server.run());
    {client}
    server.abort();
    Ok(())
}}
"
    )
}

/// The program of the peer, with the stubs of tonic-prost-build.
pub(super) fn peer(name: &str, contract: &Contract) -> String {
    let methods = contract.methods();
    let handlers: String = methods.iter().map(peer_handler).collect();
    let calls = calls("CatalogServiceClient<Channel>", &methods, peer_call);
    format!(
        "use bench_{name}::v1::{{catalog_service_client::*, catalog_service_server::*, *}};
use std::{{hint::black_box, pin::Pin}};
use tokio_stream::{{Stream, wrappers::TcpListenerStream}};
use tonic::{{Request, Response, Status, Streaming, transport::{{Channel, Server}}}};

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

struct Everything;

#[tonic::async_trait]
impl CatalogService for Everything {{
{handlers}}}

{calls}
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let listener = tokio::net::TcpListener::bind(\"127.0.0.1:0\").await?;
    let address = listener.local_addr()?;
    let server = Server::builder().add_service(CatalogServiceServer::new(Everything));
    let server = tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    call(&mut CatalogServiceClient::connect(format!(\"http://{{address}}\")).await?).await;
    server.abort();
    Ok(())
}}
"
    )
}

/// A function for each ten methods, so that none becomes larger than people write them.
fn calls(client: &str, methods: &[Method], call: fn(&Method) -> String) -> String {
    let client = if client.contains('<') { format!("&mut {client}") } else { format!("&{client}") };
    let parts: String = methods
        .chunks(10)
        .enumerate()
        .map(|(part, methods)| {
            let body: String = methods.iter().map(call).collect();
            format!("async fn call_{part}(client: {client}) {{\n{body}}}\n\n")
        })
        .collect();
    let all: String = (0..methods.len().div_ceil(10)).map(|part| format!("    call_{part}(client).await;\n")).collect();
    format!("{parts}async fn call(client: {client}) {{\n{all}}}\n")
}

fn our_handler(method: &Method) -> String {
    let Method { name, request, response, kind } = method;
    let (takes, read) = match kind {
        Kind::Unary | Kind::ServerStreaming => (request.clone(), "black_box(request);"),
        Kind::ClientStreaming | Kind::BidiStreaming => (
            format!("Streaming<{request}>"),
            "let mut requests = request;\n        while let Some(request) = requests.next().await { black_box(request?); }",
        ),
    };
    let (returns, answer) = match kind {
        Kind::Unary | Kind::ClientStreaming => (response.clone(), format!("{}::default()", path(response))),
        Kind::ServerStreaming | Kind::BidiStreaming => {
            (format!("Streaming<{response}>"), format!("Streaming::from_messages([{response}::default()])"))
        }
    };
    format!(
        "    async fn {name}(&self, _: Context, request: {takes}) -> Result<{returns}> {{
        {read}
        Ok({answer})
    }}

"
    )
}

fn peer_handler(method: &Method) -> String {
    let Method { name, request, response, kind } = method;
    let (takes, read) = match kind {
        Kind::Unary | Kind::ServerStreaming => (request.clone(), "black_box(request.into_inner());"),
        Kind::ClientStreaming | Kind::BidiStreaming => (
            format!("Streaming<{request}>"),
            "let mut requests = request.into_inner();\n        while let Some(request) = requests.message().await? { black_box(request); }",
        ),
    };
    let stream = camel(name) + "Stream";
    let (declared, returns, answer) = match kind {
        Kind::Unary | Kind::ClientStreaming => {
            (String::new(), response.clone(), format!("{}::default()", path(response)))
        }
        Kind::ServerStreaming | Kind::BidiStreaming => (
            format!("    type {stream} = Answers<{response}>;\n\n"),
            format!("Self::{stream}"),
            format!("Box::pin(tokio_stream::iter([Ok({response}::default())]))"),
        ),
    };
    format!(
        "{declared}    async fn {name}(&self, request: Request<{takes}>) -> Result<Response<{returns}>, Status> {{
        {read}
        Ok(Response::new({answer}))
    }}

"
    )
}

fn our_call(method: &Method) -> String {
    let Method { name, request, kind, .. } = method;
    let request = format!("{request}::default()");
    match kind {
        Kind::Unary => format!("    black_box(client.{name}(Context::new(), {request}).await).ok();\n"),
        Kind::ClientStreaming => {
            format!("    black_box(client.{name}(Context::new(), Streaming::from_messages([{request}])).await).ok();\n")
        }
        Kind::ServerStreaming | Kind::BidiStreaming => {
            let request = match kind {
                Kind::ServerStreaming => request,
                _ => format!("Streaming::from_messages([{request}])"),
            };
            format!(
                "    if let Ok(mut answers) = client.{name}(Context::new(), {request}).await {{
        while let Some(Ok(answer)) = answers.next().await {{ black_box(answer); }}
    }}
"
            )
        }
    }
}

fn peer_call(method: &Method) -> String {
    let Method { name, request, kind, .. } = method;
    let request = format!("{request}::default()");
    match kind {
        Kind::Unary => format!("    black_box(client.{name}({request}).await).ok();\n"),
        Kind::ClientStreaming => {
            format!("    black_box(client.{name}(tokio_stream::iter([{request}])).await).ok();\n")
        }
        Kind::ServerStreaming | Kind::BidiStreaming => {
            let request = match kind {
                Kind::ServerStreaming => request,
                _ => format!("tokio_stream::iter([{request}])"),
            };
            format!(
                "    if let Ok(answer) = client.{name}({request}).await {{
        let mut answers = answer.into_inner();
        while let Ok(Some(answer)) = answers.message().await {{ black_box(answer); }}
    }}
"
            )
        }
    }
}

/// A type as it is written before `::`.
fn path(rust: &str) -> String {
    if rust == "()" { "<()>".to_owned() } else { rust.to_owned() }
}

fn camel(name: &str) -> String {
    let part = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.split('_').map(part).collect()
}
