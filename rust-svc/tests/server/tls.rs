//! TLS, with rustls on both sides.

use std::{fs, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType,
    date_time_ymd,
};
use rust_svc::{
    Client, Code, Context, Server, client,
    server::{self, Listen},
};
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, oneshot},
};
use tokio_rustls::TlsConnector;

use crate::{
    echo::{Parrot, Ping, Pong, UNARY, echo_adapter},
    support::soon,
};

/// A certificate authority.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key in PEM.
struct Pair {
    chain: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Test authority");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority"))
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn sign(&self, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let mut params = CertificateParams::default();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Pair { chain: certificate.pem(), key: key.serialize_pem() }
    }

    /// Returns a certificate for localhost.
    fn server(&self) -> Pair {
        self.sign(|params| params.subject_alt_names = names(&["localhost"]))
    }
}

impl Pair {
    fn server_tls(&self) -> server::ServerTls {
        server::ServerTls::pem(&self.chain, &self.key)
    }

    fn write(&self, folder: &Path) {
        fs::write(folder.join("chain.pem"), &self.chain).expect("a file");
        fs::write(folder.join("key.pem"), &self.key).expect("a file");
    }
}

fn names(hosts: &[&str]) -> Vec<SanType> {
    hosts.iter().map(|host| SanType::DnsName((*host).try_into().expect("a name"))).collect()
}

/// Serves the echo service with these certificates until the sender is dropped.
async fn serve(tls: server::ServerTls) -> (SocketAddr, oneshot::Sender<()>) {
    let (addresses, stop) = serve_at([Listen::at("127.0.0.1:0").tls(tls)]).await;
    (addresses[0], stop)
}

async fn serve_at(listens: impl IntoIterator<Item = Listen>) -> (Vec<SocketAddr>, oneshot::Sender<()>) {
    let (events, _) = mpsc::unbounded_channel();
    let server =
        Server::new().adapter(echo_adapter(Arc::new(Parrot(events)))).header_timeout(Duration::from_millis(200));
    let bound = server.bind_all(listens).await.expect("ports");
    let addresses = bound.addresses().filter_map(server::Address::tcp).collect();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(bound.run_until(async { drop(stopped.await) }));
    (addresses, stop)
}

fn client(address: SocketAddr, tls: client::ClientTls) -> Client {
    Client::builder(format!("https://localhost:{}", address.port())).tls(tls).build().expect("an address")
}

async fn one(client: &Client, text: &str) -> rust_svc::Result<String> {
    let pong: Pong = soon(client.unary(UNARY, Context::new(), Ping { text: text.to_owned() })).await?;
    Ok(pong.text)
}

fn assert_unreachable(answer: rust_svc::Result<String>) {
    let error = answer.expect_err("no connection");
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "test.v1.Echo/Unary cannot be reached"));
}

/// Returns the certificate of a server, and the protocol that it selects.
async fn served_certificate(
    address: SocketAddr,
    authority: &Authority,
    protocols: &[&str],
) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).expect("PEM")).expect("an authority");
    let provider = rustls::crypto::ring::default_provider();
    let builder = ClientConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions();
    let mut config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = "localhost".try_into().expect("a name");
    let stream = soon(TlsConnector::from(Arc::new(config)).connect(name, stream)).await?;
    let session = stream.get_ref().1;
    let certificate = session.peer_certificates().expect("certificates")[0].to_vec();
    Ok((certificate, session.alpn_protocol().unwrap_or_default().to_vec()))
}

#[tokio::test]
async fn calls_are_encrypted() {
    let authority = Authority::new();
    let (address, _stop) = serve(authority.server().server_tls()).await;
    let client = client(address, client::ClientTls::trusting_pem(authority.pem()));
    assert_eq!(one(&client, "a").await.expect("an answer"), "a");
    assert!(one(&client, "peer").await.expect("an answer").starts_with("127.0.0.1:"));

    for (protocols, expected) in [(&["h2", "http/1.1"][..], "h2"), (&["http/1.1"], "http/1.1"), (&[], "")] {
        let (_, taken) = served_certificate(address, &authority, protocols).await.expect("a connection");
        assert_eq!(String::from_utf8_lossy(&taken), expected);
    }
    served_certificate(address, &authority, &["spdy/3"]).await.expect_err("no protocol in common");
}

/// ALPN offers HTTP/1 only where it is served.
#[tokio::test]
async fn an_address_with_grpc_alone_offers_http2_only() {
    let authority = Authority::new();
    let tls = authority.server().server_tls();
    let at = || Listen::at("127.0.0.1:0").tls(tls.clone());
    let (addresses, _stop) = serve_at([at().grpc(), at().grpc().http(), at().grpc_web(), at().grpc().grpc_web()]).await;
    for (address, speaks_http1) in std::iter::zip(addresses, [false, true, true, true]) {
        let (_, taken) = served_certificate(address, &authority, &["http/1.1", "h2"]).await.expect("a connection");
        assert_eq!(String::from_utf8_lossy(&taken), "h2");
        let old = served_certificate(address, &authority, &["http/1.1"]).await;
        assert_eq!(old.is_ok(), speaks_http1, "{old:?}");
    }
}

/// A server that accepts connections and never answers the handshake.
#[tokio::test]
async fn a_handshake_that_stalls_exceeds_the_deadline() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let client = client(address, client::ClientTls::trusting_pem(Authority::new().pem()));
    for _ in 0..3 {
        let cx = Context::new().with_timeout(Duration::from_millis(200));
        let call = client.unary::<_, Pong, _, _>(UNARY, cx, Ping { text: "a".to_owned() });
        assert_eq!(soon(call).await.expect_err("a stalled handshake").code(), Code::DeadlineExceeded);
    }
}

#[tokio::test]
async fn an_untrusted_server_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let trusting = |authority: &Authority| client::ClientTls::trusting_pem(authority.pem());
    let (address, _stop) = serve(authority.server().server_tls()).await;
    assert_unreachable(one(&client(address, trusting(&other)), "a").await);

    let elsewhere = authority.sign(|params| params.subject_alt_names = names(&["elsewhere.example"]));
    let (address, _stop) = serve(elsewhere.server_tls()).await;
    assert_unreachable(one(&client(address, trusting(&authority)), "a").await);
    let by_name =
        Client::builder(format!("https://{address}")).tls(trusting(&authority)).authority("elsewhere.example");
    assert_eq!(one(&by_name.build().expect("an address"), "a").await.expect("its name"), "a");

    let expired = authority.sign(|params| {
        params.subject_alt_names = names(&["localhost"]);
        params.not_after = date_time_ymd(2020, 1, 1);
    });
    let (address, _stop) = serve(expired.server_tls()).await;
    assert_unreachable(one(&client(address, trusting(&authority)), "a").await);
}

#[tokio::test]
async fn mutual_tls_identifies_callers() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (address, _stop) = serve(authority.server().server_tls().clients_pem(authority.pem())).await;
    let trusting = || client::ClientTls::trusting_pem(authority.pem());
    let caller = |authority: &Authority| {
        authority.sign(|params| {
            params.distinguished_name.push(DnType::CommonName, "order");
            let uri = SanType::URI("spiffe://shop.example/order".try_into().expect("a name"));
            params.subject_alt_names = [names(&["order.shop.example"]), vec![uri]].concat();
        })
    };
    assert_unreachable_or_broken(one(&client(address, trusting()), "a").await);
    let stranger = caller(&other);
    let stranger = trusting().identity_pem(stranger.chain, stranger.key);
    assert_unreachable_or_broken(one(&client(address, stranger), "a").await);

    let known = caller(&authority);
    let known = client(address, trusting().identity_pem(known.chain, known.key));
    let identity = one(&known, "identity").await.expect("an answer");
    assert_eq!(identity, r#"["spiffe://shop.example/order"] ["order.shop.example"] CN=order"#);
}

/// With TLS 1.3 the handshake of a client ends before the server rejects its certificate.
fn assert_unreachable_or_broken(answer: rust_svc::Result<String>) {
    assert_eq!(answer.expect_err("refused").code(), Code::Unavailable);
}

#[tokio::test]
async fn plaintext_callers_do_not_disturb_others() {
    let authority = Authority::new();
    let (address, _stop) = serve(authority.server().server_tls()).await;
    for said in
        [&b"GET / HTTP/1.1\r\nhost: test\r\n\r\n"[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01", b""]
    {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(said).await.expect("a connection");
        let mut answer = Vec::new();
        // Some get an alert, some the end of the connection.
        let _ = soon(stream.read_to_end(&mut answer)).await;
        assert!(!answer.starts_with(b"HTTP"), "{said:?}");
    }
    let plain = Client::new(format!("http://{address}")).expect("an address");
    assert_eq!(one(&plain, "a").await.expect_err("plain text").code(), Code::Unavailable);
    let client = client(address, client::ClientTls::trusting_pem(authority.pem()));
    assert_eq!(one(&client, "others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn certificates_are_replaced_without_a_restart() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().expect("a folder"));
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    authority.server().write(folder.path());
    let tls = server::ServerTls::files(&chain, &key);
    let (address, _stop) = serve(tls.clone()).await;
    let client = client(address, client::ClientTls::trusting_pem(authority.pem()));
    assert_eq!(one(&client, "a").await.expect("an answer"), "a");
    let (first, _) = served_certificate(address, &authority, &[]).await.expect("a connection");
    assert!(!tls.reload().expect("the same files"));

    for (broken, help) in [("", "contains no certificate"), ("garbage", "contains no certificate")] {
        fs::write(&chain, broken).expect("a file");
        let error = tls.reload().expect_err("no certificate");
        assert!(error.message().starts_with(&*chain.to_string_lossy()) && error.message().contains(help), "{error}");
    }
    fs::write(&chain, authority.server().chain).expect("a file");
    let error = tls.reload().expect_err("the key of another");
    assert!(error.message().contains("do not go together"), "{error}");
    assert_eq!(
        served_certificate(address, &authority, &[]).await.expect("a connection").0,
        first,
        "nothing has changed"
    );

    authority.server().write(folder.path());
    assert!(tls.reload().expect("a pair"));
    assert_ne!(served_certificate(address, &authority, &[]).await.expect("a connection").0, first);
    assert_eq!(one(&client, "a").await.expect("an answer"), "a", "old connections go on");
}

#[tokio::test]
async fn changed_files_are_reloaded() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().expect("a folder"));
    authority.server().write(folder.path());
    let tls = server::ServerTls::files(folder.path().join("chain.pem"), folder.path().join("key.pem"));
    let tls = tls.reload_every(Duration::from_millis(20));
    let (address, _stop) = serve(tls).await;
    let (first, _) = served_certificate(address, &authority, &[]).await.expect("a connection");
    authority.server().write(folder.path());
    let renewed = async {
        while served_certificate(address, &authority, &[]).await.expect("a connection").0 == first {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(renewed).await;
}

/// A client whose certificate has expired presents the renewed one of its files at the next connection.
#[tokio::test]
async fn renewed_certificates_of_clients_are_presented() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().expect("a folder"));
    let (address, _stop) = serve(authority.server().server_tls().clients_pem(authority.pem())).await;
    let caller = |year| {
        authority.sign(|params| {
            params.distinguished_name.push(DnType::CommonName, "order");
            params.not_after = date_time_ymd(year, 1, 1);
        })
    };
    caller(2020).write(folder.path());
    let tls = client::ClientTls::trusting_pem(authority.pem())
        .identity(folder.path().join("chain.pem"), folder.path().join("key.pem"));
    let client = client(address, tls);
    assert_unreachable_or_broken(one(&client, "a").await);

    let Pair { chain, key } = caller(4000);
    fs::write(folder.path().join("chain.pem"), chain).expect("a file");
    assert_unreachable_or_broken(one(&client, "a").await);
    fs::write(folder.path().join("key.pem"), key).expect("a file");
    let cx = Context::new().with_value(client::WhenUnreachable::Wait);
    let pong: Pong = soon(client.unary(UNARY, cx, Ping { text: "identity".to_owned() })).await.expect("an answer");
    assert_eq!(pong.text, "[] [] CN=order");
}

#[tokio::test]
async fn invalid_certificates_fail_in_bind() {
    let authority = Authority::new();
    let Pair { chain, key } = authority.server();
    for (tls, help) in [
        (server::ServerTls::files("nowhere.pem", "nowhere.key"), "nowhere.pem cannot be read: "),
        (server::ServerTls::pem("", &key), "the PEM text contains no certificate"),
        (server::ServerTls::pem(&chain, &chain), "the PEM text contains no private key"),
        (server::ServerTls::pem(&chain, authority.server().key), "do not go together"),
        (server::ServerTls::pem(&chain, &key).clients("nowhere.pem"), "nowhere.pem cannot be read: "),
    ] {
        let error = Server::new().bind(Listen::at("127.0.0.1:0").tls(tls)).await.expect_err("no certificates");
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains(help), "{error}");
    }
    for (tls, help) in [
        (client::ClientTls::trusting("nowhere.pem"), "nowhere.pem cannot be read: "),
        (client::ClientTls::trusting_pem(&chain).identity_pem(&chain, authority.server().key), "do not go together"),
    ] {
        let error = Client::builder("https://localhost").tls(tls).build().expect_err("no certificates");
        assert!(error.message().contains(help), "{error}");
    }
    let plain = Client::builder("http://localhost").tls(client::ClientTls::trusting_pem(&chain)).build();
    assert!(plain.expect_err("plain text").message().contains("write https:// to use TLS"));
}

#[cfg(not(feature = "native-roots"))]
#[test]
fn clients_need_trusted_authorities() {
    let error = Client::new("https://localhost").expect_err("nobody is trusted");
    assert!(error.message().contains("`native-roots`"), "{error}");
}
