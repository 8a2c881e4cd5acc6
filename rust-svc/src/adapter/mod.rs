//! adapter
#[doc(hidden)]
pub struct Adapter;
