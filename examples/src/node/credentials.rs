//! Makes credentials for development.

use std::{path::PathBuf, time::Duration};

use super::BoxError;
use crate::access::{Caller, Certificates, Role, Tokens};

/// Makes credentials for development: tokens of callers, certificates of processes
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "credentials", version)]
pub enum CredentialsCommand {
    /// Print a token, such as `token customer kari`
    Token {
        /// The role: customer, courier, sensor or operator
        role: Role,
        /// The name, such as the identifier of the customer
        name: String,
        /// The file of the secret that all processes share; it is created if it is not there
        #[arg(long, value_name = "FILE", env = "TOKEN_SECRET", default_value = "development.secret")]
        secret: PathBuf,
        /// The time for which it is valid, in hours
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        hours: u32,
    },
    /// Create an authority and a certificate of processes, for `--certificates FOLDER`
    Certificates {
        /// The folder
        folder: PathBuf,
    },
}

impl CredentialsCommand {
    /// Makes them.
    pub fn run(self) -> Result<(), BoxError> {
        match self {
            Self::Token { role, name, secret, hours } => {
                let lifetime = Duration::from_hours(hours.into());
                println!("{}", Tokens::open(&secret)?.issue(&Caller::new(role, name), lifetime));
                Ok(())
            }
            Self::Certificates { folder } => Certificates::in_folder(folder).create(),
        }
    }
}
