//! The context of templates: a part of the model.
//!
//! Teams write templates of their own, so this is an interface: breaking changes increment [`API_VERSION`].
//!
//! | name | for example |
//! |---|---|
//! | `api_version` | `1` |
//! | `name`, `crate_name` | `order-service`, `order_service` |
//! | `dns_name` | `order-service`: the name as a host |
//! | `version`, `rust_version` | of the generator, and the oldest Rust that the runtime takes |
//! | `runtime_path`, `runtime_git` | `../rust-svc`, or the URL of a repository; none if the workspace has the runtime |
//! | `runtime_features` | `["full", "otlp"]` |
//! | `parts` | `parts.sqlite` and so on: whether the project has an optional part |
//! | `options` | the options of the generator: the `name` and `values` of each |
//! | `has_store`, `has_remotes`, `has_dependencies` | whether the project has a database, a gateway to remote services, or either |
//! | `member` | `services/order`: the path in the workspace, or none |
//! | `served` | those of `protos` whose services the project serves |
//! | `protos`, `import_folders` | `["order/v1/order.proto"]`, `["google", "rust_svc"]`: the folders of imported schemas |
//! | `checks_rules` | whether requests are checked by rules of `buf.validate`, which needs the feature `validate` |
//! | `uses_deprecated` | whether anything in the signatures of a service is deprecated |
//! | `client_example` | `package`, `trait_name`, `client`, `method`, `argument` of a unary method, or none |
//! | `clients` | the services that the project calls: `name`, `label`, `package`, `trait_name`, `client`, `fake`, `gateway` of each |
//! | `services` | below; a template for each service has it as `service` |
//!
//! | of a service | for example |
//! |---|---|
//! | `name`, `label` | `order.v1.OrderService`, `order_service`: part of a name |
//! | `module`, `file`, `struct_name` | `order_service`, `order_service`, `OrderServiceImpl` |
//! | `package` | `generated::order::v1`: the module of the generated code, in the crate |
//! | `trait_name`, `constants`, `adapter`, `gateway`, `client`, `fake` | in that module; `gateway` is none without HTTP routes |
//! | `methods` | below |
//! | `calls` | the methods with an `argument`: a default value or an empty stream |
//! | `examples` | one method of each kind, with default values |
//!
//! | of a method | for example |
//! |---|---|
//! | `name`, `ident`, `constant`, `kind` | `GetOrder`, `get_order`, `GET_ORDER`, `unary` |
//! | `takes`, `returns` | the types in the signature, as `src/service` names them, where `api` is the module of the generated code |
//! | `argument` | `Default::default()`, an empty stream, or none if the request has no default |
//! | `request`, `response` | default values, where `api` is that module; none if a message has none |
//! | `returns_nothing` | whether the response is `()` |
//! | `routes` | `[{verb: "GET", path: "/v1/orders/{order_id}"}]` |

mod names;
mod printer;
mod project;

pub use self::project::{API_VERSION, TemplateContext};
pub(in crate::project) use self::project::{describe, describe_clients};
