//! `google.api.field_behavior` over gRPC and HTTP.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use http_body_util::BodyExt;
use rust_svc::{Code, Context, Error, Message as _, Result, Streaming, Timestamp, async_trait, wkt};
use tower::ServiceExt;

use crate::{
    edges::{Answer, post, remote},
    golden::behavior::behavior::v1::{
        Account, AccountService, AccountServiceClient, CreateAccountRequest, Level, Owner, State, UpdateAccountRequest,
        account, account_service_adapter, account_service_gateway, pb,
    },
};

/// Records its requests, and returns an account with every field.
#[derive(Default)]
struct Bank {
    asked: Mutex<Vec<Account>>,
    masks: Mutex<Vec<String>>,
}

impl Bank {
    fn keep(&self, account: Account) -> Account {
        self.asked.lock().expect("not poisoned").push(account);
        full()
    }

    fn take(&self) -> Vec<Account> {
        std::mem::take(&mut self.asked.lock().expect("not poisoned"))
    }
}

#[async_trait]
impl AccountService for Bank {
    async fn create_account(&self, _: Context, request: CreateAccountRequest) -> Result<Account> {
        Ok(self.keep(request.account))
    }

    async fn update_account(&self, _: Context, request: UpdateAccountRequest) -> Result<Account> {
        let mask = request.update_mask.map(|mask| mask.paths.join(",")).unwrap_or_default();
        self.masks.lock().expect("not poisoned").push(mask);
        Ok(self.keep(request.account))
    }

    async fn import_accounts(&self, _: Context, request: Streaming<Account>) -> Result<Streaming<Account>> {
        let accounts = request.collect().await?;
        Ok(Streaming::from_messages(accounts.into_iter().map(|account| self.keep(account)).collect::<Vec<_>>()))
    }
}

/// An account with all of its fields.
fn full() -> Account {
    Account {
        create_time: Some(Timestamp::default()),
        state: Some(State::Open),
        level: Level::High,
        notes: vec!["note".into()],
        former: BTreeMap::from([("cto".into(), owner())]),
        etag: "etag".into(),
        uses: Some(3),
        ..asked()
    }
}

/// The account of a request.
fn asked() -> Account {
    Account {
        name: "accounts/1".into(),
        title: "One".into(),
        limit: 0,
        password: "hunter2".into(),
        owner: Some(owner()),
        members: vec![owner()],
        by_role: BTreeMap::from([("cfo".into(), owner())]),
        contact: Some(account::Contact::Person(owner())),
        plan: Some(account::Plan::Sponsor(owner())),
        parent: Some(Box::new(Account { title: "Parent".into(), plan: free(), ..Account::default() })),
        region: "eu".into(),
        ..Account::default()
    }
}

fn owner() -> Owner {
    Owner { id: "o-1".into(), token: "secret".into(), display_name: "Olga".into() }
}

fn free() -> Option<account::Plan> {
    Some(account::Plan::Free("f".into()))
}

/// Applies `change` to every owner.
fn with_owners(mut account: Account, change: fn(&mut Owner)) -> Account {
    account.owner.iter_mut().for_each(change);
    account.members.iter_mut().for_each(change);
    account.by_role.values_mut().for_each(change);
    account.former.values_mut().for_each(change);
    if let Some(account::Contact::Person(owner)) = &mut account.contact {
        change(owner);
    }
    if let Some(account::Plan::Sponsor(owner)) = &mut account.plan {
        change(owner);
    }
    account
}

/// The part of `full` that a service receives.
fn received() -> Account {
    with_owners(asked(), |owner| owner.display_name.clear())
}

/// The part of `full` that a caller receives.
fn answered() -> Account {
    with_owners(Account { password: String::new(), ..full() }, |owner| owner.token.clear())
}

#[tokio::test]
async fn output_only_fields_of_requests_are_ignored_and_input_only_fields_kept() {
    let bank = Arc::new(Bank::default());
    let client = AccountServiceClient(remote(account_service_adapter(bank.clone())).await);
    let request = CreateAccountRequest { account: full() };
    assert_eq!(client.create_account(Context::new(), request).await.expect("created"), answered());
    assert_eq!(bank.take(), [received()]);

    let several = Streaming::from_messages([full(), full()]);
    let answers = client.import_accounts(Context::new(), several).await.expect("a stream");
    assert_eq!(answers.collect().await.expect("both"), [answered(), answered()]);
    assert_eq!(bank.take(), [received(), received()]);

    let json = r#"{"title": "One", "limit": 1, "etag": "x", "state": "STATE_OPEN", "free": "f",
        "assignedPhone": "1", "members": [{"id": "o-1", "displayName": "x"}]}"#;
    let answer = post(account_service_gateway(bank.clone()), "/v1/accounts", json).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("etag") && answer.body.contains("displayName"), "{}", answer.body);
    assert!(!answer.body.contains("hunter2") && !answer.body.contains("secret"), "{}", answer.body);
    let asked = &bank.take()[0];
    assert_eq!((asked.etag.as_str(), asked.state, &asked.contact), ("", None, &None));
    assert_eq!(asked.members[0].display_name, "");
}

/// A caller may send back a response: output-only fields in it do not become part of the update mask.
#[tokio::test]
async fn update_masks_do_not_name_output_only_fields() {
    let bank = Arc::new(Bank::default());
    let json = r#"{"title": "One", "etag": "x", "createTime": "2026-01-01T00:00:00Z", "free": "f", "assignedPhone": "1",
        "owner": {"id": "o-1", "displayName": "x"}, "parent": {"etag": "x"}}"#;
    for (query, mask) in [("", "free,owner.id,title"), ("&updateMask=etag,title,owner.displayName", "title")] {
        let target = format!("/v1/accounts/1?reason=r{query}");
        let request = http::Request::patch(target).header("content-type", "application/json");
        let request = request.body(axum::body::Body::from(json)).expect("a request");
        let router = account_service_gateway(bank.clone()).into_router();
        let response = router.oneshot(request).await.expect("infallible");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        assert_eq!(bank.masks.lock().expect("not poisoned").pop().as_deref(), Some(mask));
    }
}

/// The paths of the violations.
fn paths(error: &Error) -> Vec<&str> {
    assert_eq!(error.code(), Code::InvalidArgument, "{error}");
    error.violations().iter().map(|violation| violation.field.as_str()).collect()
}

#[tokio::test]
async fn all_missing_required_fields_are_reported_over_grpc_and_http() {
    let bank = Arc::new(Bank::default());
    let client = AccountServiceClient(remote(account_service_adapter(bank.clone())).await);
    let wrong = Account {
        members: vec![owner(), Owner::default()],
        by_role: BTreeMap::from([("cfo".into(), Owner::default())]),
        contact: Some(account::Contact::Person(Owner::default())),
        ..Account::default()
    };
    let fields = ["title", "members[1].id", "by_role[\"cfo\"].id", "person.id", "plan"];
    let whole: Vec<_> = fields.iter().map(|field| format!("account.{field}")).collect();
    let request = CreateAccountRequest { account: wrong.clone() };
    let error = client.create_account(Context::new(), request).await.expect_err("wrong");
    assert_eq!(paths(&error), whole);

    let several = Streaming::from_messages([full(), wrong]);
    let imported = client.import_accounts(Context::new(), several).await.expect("a stream");
    assert_eq!(paths(&imported.collect().await.expect_err("wrong")), fields);

    let json = r#"{"limit": 0, "members": [{"id": "o-1"}, {}], "byRole": {"cfo": {}}, "person": {}}"#;
    let answer = post(account_service_gateway(bank.clone()), "/v1/accounts", json).await;
    assert_eq!((answer.status, answer.fields()), (400, whole));
    let lines = format!("{{\"title\": \"One\", \"limit\": 0, \"free\": \"f\"}}\n{json}");
    let answer: Answer = post(account_service_gateway(bank.clone()), "/v1/accounts:import", &lines).await;
    assert_eq!((answer.status, answer.fields()), (400, fields.map(str::to_owned).to_vec()));
    assert_eq!(bank.take(), []);
}

#[test]
fn an_update_must_set_required_fields_of_its_mask() {
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &["account.members[0].id"]),
        (&["region"], &[]),
        (&["title", "members"], &["account.title", "account.members[0].id"]),
        (&["*"], &["account.title", "account.limit", "account.members[0].id", "account.plan"]),
    ];
    for (paths, expected) in cases {
        let request = pb::UpdateAccountRequest {
            update_mask: Some(wkt::FieldMask { paths: paths.iter().map(ToString::to_string).collect() }),
            account: Some(pb::Account { members: vec![pb::Owner::default()], ..Default::default() }),
            reason: "typo".into(),
        };
        let violations = match UpdateAccountRequest::from_request(request) {
            Ok(request) => {
                assert_eq!((request.account.title.as_str(), request.account.limit), ("", 0));
                Vec::new()
            }
            Err(violations) => violations.into_vec(),
        };
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, *expected, "{paths:?}");
    }
    let nothing = UpdateAccountRequest::from_request(pb::UpdateAccountRequest::default()).expect_err("empty");
    assert_eq!(nothing.to_string(), "account: is required; reason: is required");
}

#[test]
fn responses_may_lack_required_fields() {
    let read = Account::from_response(pb::Account::default()).expect("a response may be empty");
    assert_eq!(read, Account::default());
    let request = pb::CreateAccountRequest::default();
    assert!(CreateAccountRequest::from_response(request).is_err(), "there is no account to give");
    let kept = full().into_wire();
    assert_eq!(Account::from_wire(kept).expect("as it was kept"), full());
}
