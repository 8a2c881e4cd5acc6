//! Bearer tokens for development, signed with a secret that all processes share.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rust_svc::{Error, Result};
use sha2::Sha256;
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::{Caller, Role};

/// The length of a secret in characters, at least.
const SECRET: usize = 32;

/// Issues and verifies tokens of the form `CLAIMS.SIGNATURE`, where the claims are `EXPIRY ROLE NAME`.
///
/// A real system would verify the tokens of an identity provider here. Nothing else would change.
#[derive(Clone)]
pub struct Tokens {
    signer: Hmac<Sha256>,
}

impl Tokens {
    /// Creates the tokens of a secret.
    pub fn new(secret: &[u8]) -> Self {
        Self { signer: Hmac::new_from_slice(secret).expect("HMAC accepts keys of any length") }
    }

    /// Creates the tokens of the secret in a file, which is created with a random one if it does not exist.
    pub fn open(file: &Path) -> io::Result<Self> {
        let secret = match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(file)?,
            read => read?,
        };
        if secret.trim().len() < SECRET {
            return Err(io::Error::other(format!("the secret needs at least {SECRET} characters")));
        }
        Ok(Self::new(secret.trim().as_bytes()))
    }

    /// Returns a token of a caller, which is valid for a time.
    pub fn issue(&self, caller: &Caller, lifetime: Duration) -> String {
        let expiry = seconds_now().saturating_add(lifetime.as_secs());
        let claims = URL_SAFE_NO_PAD.encode(format!("{expiry} {} {}", caller.role, caller.name));
        let signature = URL_SAFE_NO_PAD.encode(self.signed(&claims).finalize().into_bytes());
        format!("{claims}.{signature}")
    }

    /// Returns the caller of a valid token.
    pub fn verify(&self, token: &str) -> Result<Caller> {
        self.verified(token).ok_or_else(|| Error::unauthenticated("the token is not valid, or has expired"))
    }

    fn verified(&self, token: &str) -> Option<Caller> {
        let (claims, signature) = token.split_once('.')?;
        self.signed(claims).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let (expiry, claims) = claims.split_once(' ')?;
        let (role, name) = claims.split_once(' ')?;
        let is_valid = expiry.parse::<u64>().ok()? > seconds_now();
        Some(Caller::new(role.parse::<Role>().ok()?, name)).filter(|_| is_valid)
    }

    fn signed(&self, claims: &str) -> Hmac<Sha256> {
        let mut signer = self.signer.clone();
        signer.update(claims.as_bytes());
        signer
    }
}

/// Several processes may start at once: the first one decides.
fn create(file: &Path) -> io::Result<String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let new = NamedTempFile::new_in(folder)?;
    fs::write(new.path(), format!("{}{}\n", Uuid::new_v4().simple(), Uuid::new_v4().simple()))?;
    match new.persist_noclobber(file) {
        Err(failure) if failure.error.kind() != io::ErrorKind::AlreadyExists => Err(failure.error),
        _ => fs::read_to_string(file),
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
