//! Page tokens that cannot be read, guessed or used for another list.

use std::{fmt::Display, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rust_svc::Result;
use sha2::Sha256;

use crate::validation::invalid_field;

/// The length of a signature in bytes.
const SIGNATURE: usize = 32;

/// Writes and reads the page tokens of one list.
pub struct PageTokens {
    signer: Hmac<Sha256>,
}

impl PageTokens {
    /// Creates the tokens of a list, such as `orders of ann`, with a secret of the service.
    pub fn new(secret: &[u8], list: &str) -> Self {
        let mut signer = Hmac::new_from_slice(secret).expect("HMAC accepts keys of any length");
        signer.update(list.as_bytes());
        signer.update(&[0]);
        Self { signer }
    }

    /// Returns the token of a position.
    pub fn write(&self, position: &impl Display) -> String {
        let position = position.to_string();
        let mut signer = self.signer.clone();
        signer.update(position.as_bytes());
        URL_SAFE_NO_PAD.encode([&*signer.finalize().into_bytes(), position.as_bytes()].concat())
    }

    /// Returns the position of a token; `None` for the first page.
    pub fn read<T: FromStr>(&self, token: &str) -> Result<Option<T>> {
        if token.is_empty() {
            return Ok(None);
        }
        self.verified(token).map(Some).ok_or_else(|| invalid_field("page_token", "is not one of this list"))
    }

    fn verified<T: FromStr>(&self, token: &str) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signature, position) = bytes.split_at_checked(SIGNATURE)?;
        let mut signer = self.signer.clone();
        signer.update(position);
        signer.verify_slice(signature).ok()?;
        str::from_utf8(position).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::PageTokens;

    #[test]
    fn a_token_is_valid_for_its_own_list_and_secret() {
        let tokens = PageTokens::new(b"secret", "orders of ann");
        let token = tokens.write(&7);
        assert_eq!(tokens.read::<i64>(&token).expect("valid"), Some(7));
        assert_eq!(tokens.read::<i64>("").expect("the first page"), None);
        let mut forged = token.clone();
        forged.replace_range(..1, if token.starts_with('A') { "B" } else { "A" });
        for wrong in [forged.as_str(), "7", "Nw", "!", &format!("{token}A")] {
            assert!(tokens.read::<i64>(wrong).is_err(), "{wrong}");
        }
        for other in [PageTokens::new(b"secret", "orders of bob"), PageTokens::new(b"other", "orders of ann")] {
            assert!(other.read::<i64>(&token).is_err());
        }
    }
}
