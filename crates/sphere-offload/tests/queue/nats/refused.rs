//! Servers that cannot keep a queue, and what is said then.

use std::sync::Arc;

use async_nats::jetstream::stream::Config;
use sphere_offload::queue::nats::NatsOptions;
use sphere_offload::queue::{BrokerError, Limits, NatsQueue, OpenError, Queue as _, SystemClock};

use super::server::{Cluster, SYNCED, is_there};
use crate::stand::job;

fn open(address: &str) -> Result<NatsQueue, BrokerError> {
    let opened =
        NatsOptions::new(address).open(Limits::default(), Arc::new(SystemClock::default()));
    opened.map_err(|error| match error {
        OpenError::Broker(error) => {
            let text = error.to_string();
            assert!(!text.contains('\n') && !text.contains("s3cret"), "{text}");
            error
        }
        other => panic!("{other}"),
    })
}

#[test]
fn nobody_answers() {
    let error = open("nats://ada:s3cret@127.0.0.1:1").unwrap_err();
    assert!(matches!(error, BrokerError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("nats://127.0.0.1:1"), "{error}");
}

#[test]
fn a_server_without_jetstream() {
    if is_there() {
        let servers = Cluster::start(1, "none", "");
        let error = open(&servers.address()).unwrap_err();
        assert!(matches!(error, BrokerError::NoJetStream { .. }), "{error}");
        assert!(error.to_string().contains("sync_interval: always"), "{error}");
    }
}

/// Of two accounts one has no streams.
#[test]
fn an_account_without_jetstream() {
    if is_there() {
        let accounts = "accounts { A { jetstream: enabled, users: [{user: a, password: s3cret}] }
            B { users: [{user: b, password: s3cret}] } }";
        let servers = Cluster::start(1, SYNCED, accounts);
        let with = |user: &str| servers.address().replace("://", &format!("://{user}@"));
        open(&with("a:s3cret")).unwrap().submit(vec![job("ada")]).unwrap();
        let error = open(&with("b:s3cret")).unwrap_err();
        assert!(matches!(error, BrokerError::NoJetStream { .. }), "{error}");
    }
}

#[test]
fn a_user_who_may_not() {
    if !is_there() {
        return;
    }
    let users = r#"authorization { users: [
        {user: none, password: s3cret, permissions: {publish: ["a"], subscribe: ["_INBOX.>"]}}
        {user: reads, password: s3cret, permissions: {publish: ["$JS.API.>"], subscribe: [">"]}}
        {user: deaf, password: s3cret, permissions: {publish: [">"], subscribe: ["a"]}}
        {user: all, password: "s3cret@", permissions: {
            publish: ["$JS.API.>", "$JS.FC.>", "sphere-jobs.>", "sphere-jobs-bytes.>"],
            subscribe: ["_INBOX.>"]}}
    ] }"#;
    let servers = Cluster::start(1, SYNCED, users);
    let with = |user: &str| servers.address().replace("://", &format!("://{user}@"));
    for user in ["none:s3cret", "reads:s3cret", "deaf:s3cret"] {
        let error = open(&with(user)).unwrap_err();
        assert!(matches!(error, BrokerError::Permission { .. }), "{user}: {error}");
    }
    open(&with("all:s3cret%40")).unwrap().submit(vec![job("ada")]).unwrap();
    for user in ["all:wrong", "s3cret"] {
        let error = open(&with(user)).unwrap_err();
        assert!(matches!(error, BrokerError::Login { .. }), "{user}: {error}");
    }
    let error = open(&servers.address()).unwrap_err();
    assert!(matches!(error, BrokerError::Login { .. }), "{error}");
}

#[test]
fn a_token() {
    if is_there() {
        let servers = Cluster::start(1, SYNCED, "authorization { token: \"s3cret\" }");
        open(&servers.address().replace("://", "://s3cret@")).unwrap();
        let error = open(&servers.address().replace("://", "://s3cret0@")).unwrap_err();
        assert!(matches!(error, BrokerError::Login { .. }), "{error}");
    }
}

/// What somebody else has made is left as it is.
#[test]
fn a_stream_of_another_program() {
    if !is_there() {
        return;
    }
    let servers = Cluster::start(1, SYNCED, "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let update = |change: &dyn Fn(&mut Config)| {
        runtime.block_on(async {
            let client = async_nats::connect(servers.address()).await.unwrap();
            let context = async_nats::jetstream::new(client);
            let mut config = match context.get_stream("sphere-jobs").await {
                Ok(stream) => stream.cached_info().config.clone(),
                Err(_) => Config { subjects: vec!["theirs".to_owned()], ..Config::default() },
            };
            "sphere-jobs".clone_into(&mut config.name);
            change(&mut config);
            context.create_or_update_stream(config).await.unwrap();
        });
    };
    update(&|_| {});
    let error = open(&servers.address()).unwrap_err();
    assert!(matches!(error, BrokerError::Foreign { .. }), "{error}");
    runtime.block_on(async {
        let client = async_nats::connect(servers.address()).await.unwrap();
        async_nats::jetstream::new(client).delete_stream("sphere-jobs").await.unwrap();
    });

    open(&servers.address()).unwrap().submit(vec![job("ada")]).unwrap();
    update(&|config| config.max_age = std::time::Duration::from_hours(1));
    let error = open(&servers.address()).unwrap_err();
    assert!(matches!(&error, BrokerError::Foreign { what, .. } if what.contains("old")), "{error}");
    update(&|config| {
        config.max_age = std::time::Duration::ZERO;
        config.metadata.insert("sphere.queue".to_owned(), "7".to_owned());
    });
    let error = open(&servers.address()).unwrap_err();
    assert!(matches!(error, BrokerError::Newer { found: 7, known: 1, .. }), "{error}");
}

/// One server cannot keep three of everything.
#[test]
fn too_few_servers() {
    if is_there() {
        let servers = Cluster::start(1, SYNCED, "");
        let options = NatsOptions::new(&servers.address()).replicas(3);
        let opened = options.open(Limits::default(), Arc::new(SystemClock::default()));
        let error = opened.unwrap_err().to_string();
        assert!(error.contains("replicas"), "{error}");
        let names = ["", "a.b", "a b", "é", ">"];
        for name in names {
            let options = NatsOptions::new(&servers.address()).name(name);
            options.open(Limits::default(), Arc::new(SystemClock::default())).unwrap_err();
        }
    }
}
