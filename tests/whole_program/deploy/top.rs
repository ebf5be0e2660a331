//! `mingjian top` against a service that runs.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::running::DemoService;
use crate::program::{Finished, finish, mingjian};

fn top(arguments: &[&str]) -> Finished {
    finish(mingjian("top").args(arguments).args(["--interval", "0.2"]))
}

/// What `top` reads once the lag, which the service reports now and then, is down to nothing.
fn figures_without_lag(service: &DemoService) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let figures = top(&[&service.address, "--json"]).json();
        if figures["lag"]["posts"]["waiting"] == 0.0 {
            return figures;
        }
        assert!(Instant::now() < deadline, "{figures}");
    }
}

#[test]
fn it_shows_what_the_service_has_done() {
    let service = DemoService::start();
    let figures = figures_without_lag(&service);
    assert_eq!(figures["ready"], true);
    assert_eq!(figures["received"]["total"], 300.0);
    assert_eq!(figures["received"]["per_second"], 0.0);
    assert_eq!(figures["flagged_by_category"].as_object().unwrap().len(), 6);
    let total = |key: &str| figures[key]["total"].as_f64().unwrap();
    assert_eq!(total("passed") + total("flagged") + total("dead_letters"), total("received"));
    assert!(figures["seconds_spent"]["classify_batch"]["p50"].as_f64().unwrap() > 0.0);

    let shown = top(&[&format!("http://{}/metrics", service.address), "--once"]).succeeded();
    assert_eq!(shown.out, "", "standard output belongs to scripts");
    for expected in ["ready", "rumour 造谣传谣类", "p99", "posts", "partitions assigned"] {
        assert!(shown.err.contains(expected), "{expected} is missing in {}", shown.err);
    }
}

#[test]
fn an_address_that_does_not_answer_is_named() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let finished = top(&[&nobody, "--once"]);
    assert_eq!(finished.code, Some(1), "{}", finished.err);
    assert!(finished.err.contains(&format!("http://{nobody}/metrics does not answer")));
    assert!(finished.err.contains("http.listen"), "{}", finished.err);
}

#[test]
fn an_answer_that_is_not_ours_is_told_apart() {
    let check = |status: &str, content: &str, expected: &str| {
        let address = answering(format!("HTTP/1.0 {status}\r\n\r\n{content}"));
        let finished = top(&[&address, "--json"]);
        assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""), "{}", finished.err);
        assert!(finished.err.contains(expected), "{}", finished.err);
    };
    check("200 OK", "<html>", "answers no metrics: line 1");
    check("200 OK", "other_total 1\n", "the metrics of another program");
    check("404 Not Found", "no", "status 404");
    // Where it is sent on to is not asked.
    check("302 Found\r\nLocation: http://127.0.0.1:1/", "", "status 302");
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    assert!(top(&["https://127.0.0.1:1", "--once"]).refused().contains("only http://"));
    assert!(finish(mingjian("top").args(["--interval", "0"])).refused().contains("--interval"));
    assert!(top(&["127.0.0.1:1"]).refused().contains("--once"));
}

/// An address that answers every call alike, for as long as the tests run.
fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut asked = [0; 1024];
            let _ = connection.read(&mut asked);
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    address
}
