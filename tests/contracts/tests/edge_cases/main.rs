//! Legal contracts at the edges of the language, called and sent there and back.

mod calls;
mod trips;
