//! The fake server as clients see it.

mod files;
mod http;
mod recording;
mod resources;
mod rules;
mod serving;

use std::{fs, path::Path};

use rust_svc::{Client, Context, Result, Streaming};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    FakeConfig, RunningFake,
    contract::{Contract, Dynamic, RawMessage},
    start,
};

const PROTO: &str = r#"
syntax = "proto3";
package library.v1;
import "google/api/annotations.proto";
import "google/api/field_behavior.proto";
import "google/api/httpbody.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";

service Library {
  rpc GetBook(GetBookRequest) returns (Book) {
    option (google.api.http) = {
      get: "/v1/{name=books/*}"
      additional_bindings { get: "/v1/title/{name}" response_body: "title" }
    };
  }
  rpc ListBooks(ListBooksRequest) returns (ListBooksResponse);
  rpc CreateBook(CreateBookRequest) returns (Book) {
    option (google.api.http) = { post: "/v1/{parent=shelves/*}/books" body: "book" };
  }
  rpc UpdateBook(UpdateBookRequest) returns (Book) {
    option (google.api.http) = { patch: "/v1/{book.name=books/*}" body: "book" };
  }
  rpc DeleteBook(DeleteBookRequest) returns (google.protobuf.Empty);
  rpc WatchBooks(GetBookRequest) returns (stream Book) {
    option (google.api.http) = { get: "/v1/books:watch" };
  }
  rpc ImportBooks(stream Book) returns (ListBooksResponse) {
    option (google.api.http) = { post: "/v1/books:import" body: "*" };
  }
  rpc Discuss(stream Book) returns (stream Book) {
    option (google.api.http) = { custom { kind: "REPORT" path: "/v1/books:discuss" } body: "*" };
  }
  rpc ReadBook(GetBookRequest) returns (google.api.HttpBody) {
    option (google.api.http) = { get: "/v1/{name=books/*}:read" };
  }
}
message Book {
  string name = 1;
  string title = 2 [(google.api.field_behavior) = REQUIRED];
  repeated Author authors = 3;
  int64 pages = 4;
  string etag = 5;
  map<string, string> labels = 6;
  Genre genre = 7;
  bool is_lent = 8;
}
message Author { string family = 1; int32 born = 2; }
enum Genre { GENRE_UNSPECIFIED = 0; GENRE_NOVEL = 1; }
message GetBookRequest { string name = 1; Author by = 2; repeated int32 years = 3; bool is_lent = 4; Genre genre = 5; map<string, int32> counts = 6; }
message ListBooksRequest { string parent = 1; int32 page_size = 2; string page_token = 3; string filter = 4; }
message ListBooksResponse { repeated Book books = 1; string next_page_token = 2; int32 total_size = 3; }
message CreateBookRequest { string parent = 1; Book book = 2; string book_id = 3; }
message UpdateBookRequest { Book book = 1; google.protobuf.FieldMask update_mask = 2; bool allow_missing = 3; }
message DeleteBookRequest { string name = 1; string etag = 2; bool allow_missing = 3; }
"#;

const HTTP_BODY: &str = r#"
syntax = "proto3";
package google.api;
import "google/protobuf/any.proto";
message HttpBody { string content_type = 1; bytes data = 2; repeated google.protobuf.Any extensions = 3; }
"#;

/// Compiles a contract.
fn descriptors(proto: &str) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("google/api")).unwrap();
    fs::write(folder.path().join("google/api/httpbody.proto"), HTTP_BODY).unwrap();
    fs::write(folder.path().join("library.proto"), proto).unwrap();
    let of_repository = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let of_rules = of_repository.join("tests/contracts/golden");
    let mut compiler = protox::Compiler::new([folder.path(), &of_repository.join("proto"), &of_rules]).unwrap();
    compiler.include_imports(true).open_file("library.proto").unwrap();
    compiler.encode_file_descriptor_set()
}

/// A fake server with files of scripts, and a client of it.
struct Fixture {
    folder: TempDir,
    fake: RunningFake,
    contract: Contract,
    client: Client,
}

impl Fixture {
    async fn new(scripts: &str) -> Self {
        Self::of(PROTO, scripts).await
    }

    async fn of(proto: &str, scripts: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("scripts.yaml"), scripts).unwrap();
        let config = FakeConfig { descriptors: descriptors(proto), ..config(folder.path()) };
        let contract = Contract::new(config.descriptors.clone()).unwrap();
        let fake = start(config).await.unwrap();
        let client = Client::builder(format!("http://{}", fake.address())).build().unwrap();
        Self { folder, fake, contract, client }
    }

    fn message(&self, name: &str, json: &Value) -> RawMessage {
        let descriptor = self.contract.pool.get_message_by_name(&format!("library.v1.{name}")).unwrap();
        Dynamic::from_json(descriptor, json).unwrap().encode()
    }

    /// Calls a unary method with JSON.
    async fn call(&self, method: &str, json: Value) -> Result<Value> {
        self.call_with(Context::new(), method, json).await
    }

    async fn call_with(&self, cx: Context, method: &str, json: Value) -> Result<Value> {
        let method = self.contract.method(&format!("library.v1.Library/{method}")).unwrap();
        let request = Dynamic::from_json(method.input.clone(), &json).unwrap().encode();
        let response = self.client.unary::<RawMessage, RawMessage, _, _>(method.method, cx, request).await?;
        Ok(Dynamic::decode(method.output.clone(), response)?.to_json())
    }

    /// Calls a method with books, and returns the responses.
    async fn exchange(&self, method: &str, books: Vec<Value>) -> Result<Vec<Value>> {
        let method = self.contract.method(&format!("library.v1.Library/{method}")).unwrap();
        let books: Vec<_> = books.iter().map(|book| self.message("Book", book)).collect();
        let (cx, requests) = (Context::new(), Streaming::from_messages(books));
        let responses = match method.returns_stream() {
            true => self.client.bidi_streaming::<RawMessage, RawMessage, _, _>(method.method, cx, requests).await?,
            false => {
                let one = self.client.client_streaming::<RawMessage, RawMessage, _, _>(method.method, cx, requests);
                Streaming::from_messages([one.await?])
            }
        };
        let responses = responses.collect().await?;
        responses.into_iter().map(|it| Ok(Dynamic::decode(method.output.clone(), it)?.to_json())).collect()
    }

    async fn watch(&self, json: Value) -> Result<Vec<Value>> {
        let method = self.contract.method("library.v1.Library/WatchBooks").unwrap();
        let request = self.message("GetBookRequest", &json);
        let client = &self.client;
        let books =
            client.server_streaming::<RawMessage, RawMessage, _, _>(method.method, Context::new(), request).await?;
        let books = books.collect().await?;
        books.into_iter().map(|it| Ok(Dynamic::decode(method.output.clone(), it)?.to_json())).collect()
    }

    /// Calls the HTTP API, or a route.
    async fn http(&self, verb: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, text) = self.http_text(verb, path, body).await;
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    async fn http_text(&self, verb: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.fake.address()).await.unwrap();
        // HTTP/1.0 has no chunks.
        let head = format!(
            "{verb} {path} HTTP/1.0\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + body).as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let status = response.split(' ').nth(1).unwrap().parse().unwrap();
        (status, response[response.find("\r\n\r\n").unwrap() + 4..].to_owned())
    }
}

fn config(folder: &Path) -> FakeConfig {
    FakeConfig {
        descriptors: descriptors(PROTO),
        scripts: vec![folder.to_owned()],
        listen: "127.0.0.1:0".to_owned(),
        resources: true,
    }
}

fn book(title: &str) -> Value {
    json!({"title": title})
}
