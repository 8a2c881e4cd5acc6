//! The identity in a certificate.

use x509_cert::{
    Certificate,
    der::Decode,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use crate::Identity;

/// Reads the identity of a certificate in DER. Returns `None` if it is malformed.
pub(crate) fn identity(certificate: &[u8]) -> Option<Identity> {
    let certificate = Certificate::from_der(certificate).ok()?.tbs_certificate;
    let mut identity = Identity { subject: certificate.subject.to_string(), ..Identity::default() };
    let names = certificate.get::<SubjectAltName>().ok()?;
    for name in names.into_iter().flat_map(|(_, names)| names.0) {
        match name {
            GeneralName::UniformResourceIdentifier(uri) => identity.uris.push(uri.as_str().to_owned()),
            GeneralName::DnsName(name) => identity.dns_names.push(name.as_str().to_owned()),
            _ => (),
        }
    }
    Some(identity)
}
