//! Messages on standard input and output: each after its length in four bytes.

use std::io;

use rust_svc::{Message, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt, stdin, stdout};

/// The next message; `None` at the end of the input.
pub async fn read<M>() -> io::Result<Option<M>>
where
    M: Message<Wire: Wire>,
{
    let mut input = stdin();
    let length = match input.read_u32().await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        length => length?,
    };
    let mut bytes = Vec::new();
    input.take(length.into()).read_to_end(&mut bytes).await?;
    let message = M::Wire::from_bytes(&bytes).and_then(|wire| M::from_wire(wire).ok());
    message.map(Some).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("no {}", M::NAME)))
}

/// Writes a message.
pub async fn write<M>(message: M) -> io::Result<()>
where
    M: Message<Wire: Wire>,
{
    let bytes = message.into_wire().to_bytes();
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut output = stdout();
    output.write_all(&[&length.to_be_bytes()[..], &bytes].concat()).await?;
    output.flush().await
}
