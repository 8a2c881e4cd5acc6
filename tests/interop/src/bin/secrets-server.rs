//! Serves secrets as Google's Secret Manager does, over HTTP by the preset `google`, and prints its address.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use interop::generated::secrets::google::cloud::secretmanager::v1::{
    SecretManagerService, pb, secret_manager_service_gateway,
};
use rust_svc::{
    Context, Result, Server, Violation, async_trait,
    gateway::{GatewayRoutes, GatewaySettings},
};

/// The secrets, by their names.
#[derive(Default)]
struct Vault(Mutex<BTreeMap<String, pb::Secret>>);

impl Vault {
    fn with<R>(&self, run: impl FnOnce(&mut BTreeMap<String, pb::Secret>) -> R) -> R {
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl SecretManagerService for Vault {
    async fn create_secret(&self, _: Context, request: pb::CreateSecretRequest) -> Result<pb::Secret> {
        if !request.secret_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            let violation = Violation::new("secret_id", "has characters that identifiers lack");
            return Err(rust_svc::Error::invalid_argument("invalid secret_id").with_violations([violation]));
        }
        let name = format!("{}/secrets/{}", request.parent, request.secret_id);
        let secret = pb::Secret { name: name.clone(), ..request.secret.unwrap_or_default() };
        self.with(|secrets| secrets.insert(name, secret.clone()));
        Ok(secret)
    }

    async fn get_secret(&self, _: Context, request: pb::GetSecretRequest) -> Result<pb::Secret> {
        self.with(|secrets| secrets.get(&request.name).cloned().ok_or_else(|| not_found(&request.name)))
    }

    async fn update_secret(&self, _: Context, request: pb::UpdateSecretRequest) -> Result<pb::Secret> {
        let (new, mask) = (request.secret.unwrap_or_default(), request.update_mask.unwrap_or_default());
        self.with(|secrets| {
            let secret = secrets.get_mut(&new.name).ok_or_else(|| not_found(&new.name))?;
            for path in mask.paths {
                match path.as_str() {
                    "labels" => secret.labels.clone_from(&new.labels),
                    "version_aliases" => secret.version_aliases.clone_from(&new.version_aliases),
                    _ => return Err(rust_svc::Error::invalid_argument(format!("`{path}` cannot change"))),
                }
            }
            Ok(secret.clone())
        })
    }

    async fn delete_secret(&self, _: Context, request: pb::DeleteSecretRequest) -> Result<()> {
        self.with(|secrets| secrets.remove(&request.name).map(drop).ok_or_else(|| not_found(&request.name)))
    }

    async fn list_secrets(&self, _: Context, request: pb::ListSecretsRequest) -> Result<pb::ListSecretsResponse> {
        let start = format!("{}/", request.parent);
        let secrets: Vec<_> =
            self.with(|secrets| secrets.values().filter(|secret| secret.name.starts_with(&start)).cloned().collect());
        Ok(pb::ListSecretsResponse { total_size: secrets.len() as i32, secrets, ..Default::default() })
    }
}

fn not_found(name: &str) -> rust_svc::Error {
    rust_svc::Error::not_found(format!("secret `{name}` not found"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = secret_manager_service_gateway(Arc::new(Vault::default()));
    let routes = GatewayRoutes::from(gateway).with_settings(GatewaySettings::google());
    let bound = Server::new().gateway(routes).bind("127.0.0.1:0").await?;
    println!("listening at {}", bound.local_addr());
    Ok(bound.run().await?)
}
