use super::*;

const TASKS: usize = 64;

async fn answers(fake: &Unary<Query, u32>) -> Vec<Result<u32>> {
    let call = |fake: Unary<Query, u32>| async move { fake.unary(Context::new(), query("a", 1)).await };
    let calls: Vec<_> = (0..TASKS).map(|_| tokio::spawn(call(fake.clone()))).collect();
    futures::future::join_all(calls).await.into_iter().map(|answer| answer.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_one_concurrent_call_gets_a_response_for_one_call() {
    for _ in 0..50 {
        let fake = check_stock();
        fake.times(1).returns(1);
        fake.fails_times(5, flaky());
        fake.always(9);
        let answers = answers(&fake).await;
        let count =
            |wanted: Option<u32>| answers.iter().filter(|answer| answer.as_ref().ok() == wanted.as_ref()).count();
        assert_eq!((count(Some(1)), count(None), count(Some(9))), (1, 5, TASKS - 6));
        fake.called(TASKS);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_concurrent_call_has_its_own_number() {
    let fake = check_stock();
    fake.returns_with(async |call| Ok(u32::try_from(call.number()).unwrap()));
    let mut numbers: Vec<_> = answers(&fake).await.into_iter().map(Result::unwrap).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=u32::try_from(TASKS).unwrap()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_concurrent_calls_can_be_taken() {
    let fake = check_stock();
    let mut calls = fake.manual_calls();
    let tasks = tokio::spawn({
        let fake = fake.clone();
        async move { answers(&fake).await }
    });
    for _ in 0..TASKS {
        calls.take().await.answer(1);
    }
    assert!(tasks.await.unwrap().into_iter().all(|answer| answer.is_ok()));
}
