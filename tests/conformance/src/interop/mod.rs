//! The interoperability tests of gRPC: one service, and cases that every client can put to every server.
