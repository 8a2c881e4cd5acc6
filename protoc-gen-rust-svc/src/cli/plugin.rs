//! The plugin of protoc and buf: a request on standard input, a response on standard output.

use std::io::{Read as _, Write as _};

use super::output::{Failure, print_error};

pub(super) fn run() -> Result<(), Failure> {
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request)?;
    let (response, warnings) = crate::answer(&request)?;
    print_error(warnings);
    std::io::stdout().write_all(&response)?;
    Ok(())
}
