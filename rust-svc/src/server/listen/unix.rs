//! The files of Unix sockets.

use std::{
    fs, io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt, PermissionsExt},
        net::SocketAddr,
    },
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use tokio::net::{UnixListener, UnixStream};

/// The number of sockets that this process has bound.
static BOUND: AtomicU32 = AtomicU32::new(0);

/// The file of a Unix socket of this process. Dropping it removes the file, unless another process has replaced it.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    /// Listens at a path, and replaces a socket that a dead process left. The socket appears with its permissions.
    pub(crate) async fn bind(path: &Path, mode: u32) -> io::Result<(UnixListener, Self)> {
        // A path that is too long would be bound by its shorter temporary name, and then be unreachable.
        SocketAddr::from_pathname(path)?;
        ensure_unused(path).await?;
        let temporary = path.with_file_name(format!(".{}.{}", process::id(), BOUND.fetch_add(1, Relaxed)));
        remove_leftover(&temporary).await?;
        let listener = UnixListener::bind(&temporary)?;
        let placed = place(&temporary, path, mode);
        if placed.is_err() {
            // The first error is reported.
            let _ = fs::remove_file(&temporary);
        }
        placed.map(|identity| (listener, Self { path: path.to_owned(), identity }))
    }
}

fn place(temporary: &Path, path: &Path, mode: u32) -> io::Result<(u64, u64)> {
    fs::set_permissions(temporary, fs::Permissions::from_mode(mode))?;
    let identity = identity(temporary)?;
    fs::rename(temporary, path)?;
    Ok(identity)
}

/// Removes the temporary socket of a process with the same id (1 in each container) that died early.
async fn remove_leftover(path: &Path) -> io::Result<()> {
    ensure_unused(path).await?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn ensure_unused(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(file) if !file.file_type().is_socket() => return Err(io::ErrorKind::AlreadyExists.into()),
        Ok(_) => (),
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        // A listener that is too busy to accept is in use, too.
        _ => Err(io::ErrorKind::AddrInUse.into()),
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // A remaining file does no harm: the next process replaces it.
            let _ = fs::remove_file(&self.path);
        }
    }
}
