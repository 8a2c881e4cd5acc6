//! Fakes check the contract directly, in memory, on a port and over HTTP alike.

use rust_svc::{
    self as svc, Client, Code, Context,
    fake::{Session, Times},
};

use crate::edges::post;
use crate::golden::behavior::behavior::v1::{
    Account, AccountService, AccountServiceClient, AccountServiceFake, CreateAccountRequest, account,
};

fn account(title: &str) -> CreateAccountRequest {
    let plan = Some(account::Plan::Free("free".into()));
    CreateAccountRequest { account: Account { title: title.into(), limit: 1, plan, ..Account::default() } }
}

/// A request without a title, and a scripted response without one, are refused on every transport; a script may allow them.
#[tokio::test]
async fn the_contract_is_checked_on_every_transport() {
    let session = Session::lenient();
    let fake = AccountServiceFake::with_session(&session);
    let in_memory = AccountServiceClient::new(Client::in_memory(&fake).expect("routes"));
    let server = svc::Server::new().adapter(&fake).gateway(&fake).local().await.expect("a port");
    let on_a_port = AccountServiceClient::new(server.client());
    for service in [&fake as &dyn AccountService, &in_memory, &on_a_port] {
        session.reset();
        fake.create_account.unchecked().returns(Account::default());
        fake.create_account.returns(account("good").account);
        fake.create_account.returns(Account::default());
        let create = async |title: &str| service.create_account(Context::new(), account(title)).await;
        assert_eq!(create("").await.expect("it is allowed").title, "");
        let refused = create("").await.expect_err("no title");
        let paths: Vec<_> = refused.violations().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!((refused.code(), paths), (Code::InvalidArgument, vec!["account.title"]));
        assert_eq!(create("a").await.expect("it is valid").title, "good");
        assert_eq!(create("a").await.expect_err("the script is wrong").code(), Code::Internal);
        fake.create_account.called(Times::from(4));
    }
}

#[tokio::test]
async fn the_contract_is_checked_over_http() {
    let session = Session::lenient();
    let fake = AccountServiceFake::with_session(&session);
    let create = async || post(&fake, "/v1/accounts", r#"{"limit":1,"free":"free"}"#).await.status;
    assert_eq!(create().await, 400);
    fake.create_account.unchecked().returns(Account::default());
    assert_eq!(create().await, 200);
    fake.create_account.called(2);
}

/// Calls without a script get empty responses, which no rule applies to.
#[tokio::test]
async fn zero_responses_are_not_checked() {
    let fake = AccountServiceFake::zero();
    let client = AccountServiceClient::new(Client::in_memory(&fake).expect("routes"));
    assert_eq!(client.create_account(Context::new(), account("a")).await.expect("zero"), Account::default());
}
