//! Certificates for development, with which processes recognize each other (mutual TLS).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use rust_svc::{client::ClientTls, server::ServerTls};

use crate::node::BoxError;

const AUTHORITY: &str = "ca.pem";
const CERTIFICATE: &str = "process.pem";
const KEY: &str = "process.key";

/// A folder with an authority, and a certificate of processes for `localhost`, as server and as client.
#[derive(Clone, Debug)]
pub struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Uses the certificates in a folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Creates new certificates. The key of the authority is not kept.
    pub fn create(&self) -> Result<(), BoxError> {
        fs::create_dir_all(&self.folder)?;
        let authority = CertifiedIssuer::self_signed(authority(), KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = process()?.signed_by(&key, &authority)?;
        fs::write(self.file(AUTHORITY), authority.pem())?;
        fs::write(self.file(CERTIFICATE), certificate.pem())?;
        Ok(write_private(&self.file(KEY), &key.serialize_pem())?)
    }

    /// The TLS of a server, which requires a client certificate of the authority.
    pub fn server(&self) -> ServerTls {
        ServerTls::files(self.file(CERTIFICATE), self.file(KEY)).clients(self.file(AUTHORITY))
    }

    /// The TLS of a client, which presents its certificate.
    pub fn client(&self) -> ClientTls {
        ClientTls::trusting(self.file(AUTHORITY)).identity(self.file(CERTIFICATE), self.file(KEY))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn authority() -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority
}

fn process() -> Result<CertificateParams, rcgen::Error> {
    let mut process = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    process.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    Ok(process)
}

/// Only the user of the process may read the key.
fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let new = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(Path::new(".")))?;
    fs::write(new.path(), text)?;
    new.persist(file).map_err(|failure| failure.error).map(drop)
}
