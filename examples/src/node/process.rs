//! A process: its servers, its clients, and what is around every call.

use std::{convert::Infallible, time::Duration};

use rust_svc::{
    Client, Result, Server, async_trait,
    client::ClientBuilder,
    intercept::{Call, Chain, Interceptor, Stage},
    observe::{AccessLog, Metrics, Otlp, Trace},
    server::{Health, Listen},
};
use tokio::{sync::Notify, time::timeout};

use super::{
    BoxError, ProcessOptions,
    demonstration::{CallLines, Faults},
    front::CLIENT_VERSION,
    start::end_of_stdin,
};
use crate::{
    access::{Caller, Credentials, Role, Roles, Tokens, authenticate},
    database::Database,
    generated,
};

/// The interval at which the database is checked.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// The name of the database in the health of a server.
const DATABASE: &str = "database";

/// A process: its servers, its clients, and what is around every call.
pub(super) struct NodeProcess {
    options: ProcessOptions,
    name: &'static str,
    tokens: Tokens,
    metrics: Metrics,
    otlp: Option<Otlp>,
    health: Health,
    faults: Faults,
    listens: Notify,
}

impl NodeProcess {
    pub(super) fn new(options: ProcessOptions, name: &'static str) -> Result<Self, BoxError> {
        let tokens = options.tokens()?;
        let otlp = options.otlp.as_ref().map(|collector| Otlp::new(collector, name)).transpose()?;
        Ok(Self {
            options,
            name,
            tokens,
            metrics: Metrics::new(),
            otlp,
            health: Health::new(),
            faults: Faults::default(),
            listens: Notify::new(),
        })
    }

    /// The server of a service at an inner address.
    pub(super) fn inner_server(&self) -> Server {
        let access = if self.options.without_tokens {
            Chain::new().intercept(Everybody)
        } else {
            authenticate(self.tokens.clone()).intercept(Roles::of_services())
        };
        let server = Server::new().chain(&self.chain().merge(access)).health(&self.health).http(self.metrics.router());
        if self.options.reflection { server.reflection(generated::FILE_DESCRIPTOR_SET) } else { server }
    }

    /// Puts what is around every call around a server, whose access is checked already.
    pub(super) fn observed(&self, server: Server) -> Server {
        server.chain(&self.chain()).health(&self.health)
    }

    /// Every process logs, counts and traces its calls, and those that it makes.
    fn chain(&self) -> Chain {
        let chain = Chain::new().intercept(Trace::new().sampled()).observe(AccessLog::new().metadata(CLIENT_VERSION));
        let mut chain = chain.observe(self.metrics.clone());
        if self.options.demonstrate {
            chain = chain.observe(CallLines(self.name));
        }
        match &self.otlp {
            Some(otlp) => chain.observe(otlp.clone()),
            None => chain,
        }
    }

    /// A client of a service at an inner address, with a token of this process.
    pub(super) fn client(&self, url: &str, role: Role) -> Result<Client> {
        self.client_builder(url, role).build()
    }

    pub(super) fn client_builder(&self, url: &str, role: Role) -> ClientBuilder {
        let credentials = Credentials::new(self.tokens.clone(), Caller::new(role, self.name));
        let chain = self.chain().intercept(credentials);
        let client = match self.options.certificates() {
            Some(certificates) => Client::builder(url.replacen("http://", "https://", 1)).tls(certificates.client()),
            None => Client::builder(url),
        };
        let client = client.chain(&chain);
        if self.options.plaintext { client.plaintext() } else { client }
    }

    /// Serves at an inner address until the process is asked to stop. Prints the address in its first line.
    pub(super) async fn serve(&self, listen: &str, server: Server) -> Result<(), BoxError> {
        let listen = Listen::at(listen);
        match self.options.certificates() {
            Some(certificates) => self.serve_at("https", listen.tls(certificates.server()), server).await,
            None => self.serve_at("http", listen, server).await,
        }
    }

    /// Serves customers, and the metrics at an address that is not for them.
    pub(super) async fn serve_public(&self, listen: &str, metrics: &str, server: Server) -> Result<(), BoxError> {
        let inner = Server::new().http(self.metrics.router()).bind(metrics).await?;
        let address = inner.local_addr();
        let serve = async {
            tokio::select! {
                served = inner.run() => Ok(served?),
                served = self.serve_at("http", Listen::at(listen), server) => served,
            }
        };
        let shown = async {
            // After the first line, which has the address for customers.
            self.listens.notified().await;
            println!("its metrics are at http://{address}/metrics");
            std::future::pending().await
        };
        tokio::select! {
            served = serve => served,
            never = shown => never,
        }
    }

    async fn serve_at(&self, scheme: &str, listen: Listen, server: Server) -> Result<(), BoxError> {
        let server = if self.options.demonstrate { self.faults.around(server) } else { server };
        let bound = server.bind(if self.options.plaintext { listen.plaintext() } else { listen }).await?;
        println!("{} listens on {scheme}://{}", self.name, bound.local_addr());
        self.listens.notify_one();
        let served = if self.options.stop_with_stdin {
            tokio::select! {
                stopped = bound.run() => stopped,
                () = end_of_stdin(self.obey()) => Ok(()),
            }
        } else {
            bound.run().await
        };
        if let Some(otlp) = &self.otlp {
            let _ = otlp.shutdown().await;
        }
        Ok(served?)
    }

    fn obey(&self) -> impl Fn(&str) + Send + 'static {
        let faults = self.options.demonstrate.then(|| self.faults.clone());
        move |line| {
            if let Some(faults) = &faults {
                faults.obey(line);
            }
        }
    }

    /// Reports the process as not ready while its database does not respond, forever.
    pub(super) async fn watch_database(&self, database: &Database) -> Infallible {
        let (mut disk, mut was_full) = (self.faults.disk(), false);
        loop {
            let is_full = *disk.borrow_and_update();
            if is_full != was_full && database.fill(is_full).await.is_ok() {
                was_full = is_full;
            }
            let is_ready = timeout(CHECK_EVERY, database.check()).await.is_ok_and(|checked| checked.is_ok());
            self.health.set(DATABASE, is_ready);
            let _ = timeout(CHECK_EVERY, disk.changed()).await;
        }
    }

    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

/// Takes everybody for an operator, or whoever else may call the method.
struct Everybody;

#[async_trait]
impl Interceptor for Everybody {
    fn stage(&self) -> Stage {
        Stage::Authentication
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        call.change(|cx| cx.with_value(Caller::new(Role::Operator, "everybody")));
        Ok(())
    }
}
