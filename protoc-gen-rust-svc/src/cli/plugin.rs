//! The plugin of protoc and buf: a request on standard input, a response on standard output.

use std::io::{self, Read as _, Write as _};

use super::output::{Failure, print_error};

pub(super) fn run() -> Result<(), Failure> {
    let mut request = Vec::new();
    io::stdin().read_to_end(&mut request).map_err(|error| format!("error: cannot read the request: {error}"))?;
    let (response, warnings) = crate::answer(&request)?;
    print_error(warnings);
    let mut out = io::stdout().lock();
    let written = out.write_all(&response).and_then(|()| out.flush());
    Ok(written.map_err(|error| format!("error: cannot write the response: {error}"))?)
}
