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

/// How many sockets this process has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// The file of a Unix socket that this process listens with. When it is dropped, the file goes, unless another process
/// has put its own there.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    /// Listens at a path, in place of a socket that a process left behind. The socket appears with its permissions, in
    /// one step.
    pub(super) async fn bind(path: &Path, mode: u32) -> io::Result<(UnixListener, Self)> {
        // One that is too long would be bound by the shorter name, and moved to where nobody can connect to it.
        SocketAddr::from_pathname(path)?;
        make_sure_that_nobody_listens(path).await?;
        let temporary = path.with_file_name(format!(".{}.{}", process::id(), MADE.fetch_add(1, Relaxed)));
        remove_leftover(&temporary).await?;
        let listener = UnixListener::bind(&temporary)?;
        let placed = place(&temporary, path, mode);
        if placed.is_err() {
            // The first error is the one to tell.
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

/// A process with the same number, which is 1 in each container, may have died before its socket was in place.
async fn remove_leftover(path: &Path) -> io::Result<()> {
    make_sure_that_nobody_listens(path).await?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn make_sure_that_nobody_listens(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(file) if !file.file_type().is_socket() => return Err(io::ErrorKind::AlreadyExists.into()),
        Ok(_) => (),
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        // One that is too busy to answer listens, too.
        _ => Err(io::ErrorKind::AddrInUse.into()),
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // A file that is left behind does no harm: the next process takes its place.
            let _ = fs::remove_file(&self.path);
        }
    }
}
