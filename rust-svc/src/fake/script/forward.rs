//! Calls that a fake passes on.

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::{
    Context, Result,
    fake::{CallShape, erased::CallMessages},
};

/// Passes a call on to an implementation or a client.
pub(in crate::fake) type Forward =
    Arc<dyn Fn(Context, CallMessages) -> BoxFuture<'static, Result<CallMessages>> + Send + Sync>;

/// A function that calls a method of the service `T`.
pub type ServiceFunction<T, S> =
    for<'a> fn(&'a T, Context, <S as CallShape>::Input) -> BoxFuture<'a, Result<<S as CallShape>::Output>>;

/// Creates a function that passes calls on to a service.
pub(in crate::fake) fn forward_to<T: ?Sized + Send + Sync + 'static, S: CallShape>(
    service: &Arc<T>,
    call: ServiceFunction<T, S>,
) -> Forward {
    let service = service.clone();
    Arc::new(move |cx, input| {
        let service = service.clone();
        Box::pin(async move {
            let output = call(&service, cx, *S::restore_input(input)).await?;
            Ok(S::erase_output(output))
        })
    })
}
