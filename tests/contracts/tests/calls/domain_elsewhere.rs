//! Plain types in another crate than their services and conversions.

use std::sync::Arc;

use contracts::domain_only::user::v1::{GetUserRequest, ListUsersRequest, User, UserService, UserUpdate};
use rust_svc::{Client, Context, Error, Result, Streaming, async_trait, fake};

use crate::golden::domain_elsewhere::user::v1::{
    UserServiceClient, UserServiceFake, convert::Place, user_service_adapter,
};

/// Returns a user for each identifier.
struct Directory;

#[async_trait]
impl UserService for Directory {
    async fn get_user(&self, _: Context, request: GetUserRequest) -> Result<User> {
        match request.user_id.as_str() {
            "" => Err(Error::not_found("nobody").with_detail(user("somebody else"))),
            user_id => Ok(user(user_id)),
        }
    }

    async fn list_users(&self, _: Context, request: ListUsersRequest) -> Result<Streaming<User>> {
        Ok(Streaming::from_messages((0..request.page_size).map(|id| user(&id.to_string()))))
    }

    async fn stream_updates(&self, _: Context, requests: Streaming<UserUpdate>) -> Result<Streaming<User>> {
        Ok(requests.map(|update| user(&update.user_id)))
    }
}

fn user(user_id: &str) -> User {
    User { user_id: user_id.into(), ..User::default() }
}

fn remote() -> Arc<dyn UserService> {
    let routes = rust_svc::adapter::Routes::from(user_service_adapter(Arc::new(Directory)));
    Arc::new(UserServiceClient(Client::from_service(routes.into_router())))
}

#[tokio::test]
async fn calls_use_types_of_another_crate() {
    let remote = remote();
    let request = GetUserRequest { user_id: "ada".into() };
    assert_eq!(remote.get_user(Context::new(), request).await.expect("known"), user("ada"));
    let request = ListUsersRequest { page_size: 2, ..ListUsersRequest::default() };
    let users = remote.list_users(Context::new(), request).await.expect("listed");
    assert_eq!(users.collect().await.expect("whole"), [user("0"), user("1")]);
}

#[tokio::test]
async fn details_are_decoded_by_the_conversions_of_their_crate() {
    let error = remote().get_user(Context::new(), GetUserRequest::default()).await.expect_err("nobody");
    assert_eq!(error.detail_in::<Place, User>(), Some(user("somebody else")));
}

#[tokio::test]
async fn the_fake_uses_types_of_another_crate() {
    let session = fake::Session::lenient();
    let fake = UserServiceFake::with_session(&session);
    fake.get_user.returns(user("ada"));
    assert_eq!(fake.get_user(Context::new(), GetUserRequest::default()).await.expect("scripted"), user("ada"));
}
