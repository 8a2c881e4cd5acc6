//! Legal contracts at the edges of the language: calls of their methods and round trips of their messages.

mod calls;
mod trips;
