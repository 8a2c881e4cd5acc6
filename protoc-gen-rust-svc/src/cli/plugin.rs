//! The plugin of protoc and buf: a request on standard input, a response on standard output.

use std::io::{Read as _, Write as _};

use super::output::{Failure, complain};

pub(super) fn run() -> Result<(), Failure> {
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request)?;
    let (response, warnings) = crate::answer(&request)?;
    complain(warnings);
    std::io::stdout().write_all(&response)?;
    Ok(())
}
