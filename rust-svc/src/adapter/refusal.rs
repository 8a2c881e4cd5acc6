//! Responses to calls that no handler has seen.

use std::future::ready;

use futures::FutureExt;
use http::Response;

use super::{
    header_limit,
    response_body::{ResponseBody, ResponseFuture},
};
use crate::{
    Context, Error, Method,
    call::connection_info::{ConnectionInfo, MaxHeaderListSize},
    grpc::{error_log::log_error, metadata, status},
    intercept::Chain,
};

/// Refuses a call before its context is made. Only observers see it.
pub(super) fn refuse_request(method: &Method, chain: &Chain, info: ConnectionInfo, error: &Error) -> ResponseFuture {
    let limit = info.max_header_list_size;
    refuse_call(method, chain, Context::from_connection_info(info), limit, error)
}

/// Refuses a call before its interceptors run. Only observers see it.
pub(super) fn refuse_call(
    method: &Method,
    chain: &Chain,
    cx: Context,
    limit: MaxHeaderListSize,
    error: &Error,
) -> ResponseFuture {
    chain.refused(method, None, cx.clone(), error.code());
    ready(Ok(refusal(method, error, &cx, limit))).boxed()
}

/// Returns the response to a refused call, with the headers that interceptors have set.
pub(super) fn refusal(
    method: &Method,
    error: &Error,
    cx: &Context,
    limit: MaxHeaderListSize,
) -> Response<ResponseBody> {
    log_error(method, error);
    let mut headers = status::to_headers(error);
    metadata::append(&cx.headers(), &mut headers);
    let mut response = status::trailers_only(headers);
    header_limit::truncate(response.headers_mut(), limit, Some(error.code()));
    response
}
