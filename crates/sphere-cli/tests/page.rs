//! The page in a browser, used as a person does.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it skips")]

mod common;

use common::browser::Browser;
use common::http::Service;

const STATUS: &str = "document.querySelector('#status').textContent";

#[test]
fn a_person_looks_at_points() {
    let Some(mut browser) = Browser::start() else {
        println!("skipped: there is no chromium here");
        return;
    };
    let service = Service::start("");
    let url = format!("http://{}", service.address);

    browser.open(&url);
    browser.wait(&format!("{STATUS}.startsWith('2,000 points')"));
    assert_eq!(browser.evaluate("document.querySelector('#scheme').value"), "fibonacci");

    let marked = "document.querySelectorAll('[aria-invalid=true]').length";
    assert_eq!(browser.evaluate(marked), 0, "nothing is wrong with the first request");

    // It stands still once it is turned by hand.
    browser.drag([800.0, 400.0], [700.0, 380.0]);
    let turned = browser.picture();
    browser.drag([800.0, 400.0], [600.0, 500.0]);
    assert!(browser.picture() != turned, "a drag turns the sphere");

    browser.write("[name=count]", "300");
    browser.wait(&format!("{STATUS}.startsWith('300 points')"));
    assert_eq!(browser.evaluate("location.search.includes('count=300')"), true);

    let choose = "const s = document.querySelector('#scheme'); s.value = 'pixels'; \
        s.dispatchEvent(new Event('change'))";
    browser.evaluate(&format!("{{ {choose} }}"));
    browser.wait(&format!("{STATUS}.startsWith('768 points')"));
    assert_eq!(browser.evaluate("document.querySelector('[name=count]') === null"), true);
    let curl = browser.evaluate("document.querySelector('#curl').textContent");
    assert!(curl.as_str().unwrap().contains("/v1/sample/pixels?order=3&ordering=ring"), "{curl}");
    let link = browser.evaluate("document.querySelector('#downloads a').getAttribute('href')");
    assert_eq!(service.get(link.as_str().unwrap()).text().lines().count(), 769);

    browser.evaluate("history.back()");
    browser.wait(&format!("{STATUS}.startsWith('300 points')"));

    browser.open(&format!("{url}/docs"));
    browser.wait("document.querySelectorAll('details').length >= 9");
    browser.evaluate("[...document.querySelectorAll('details')].find(d => d.innerText.includes('sample/disk')).open = true");
    browser.evaluate("document.querySelector('details[open] button').click()");
    browser.wait(
        "document.querySelector('details[open] pre').textContent.includes('x-sphere-draws: 1')",
    );
    assert!(browser.faults().is_empty(), "{:?}", browser.faults());

    // An error of the service is shown where it belongs.
    browser.open(&format!("{url}/?scheme=fibonacci&placement=offset:x"));
    browser.wait("document.querySelector('#error')?.textContent.includes('placement')");
    assert_eq!(browser.evaluate("document.querySelector('[name=placement]').ariaInvalid"), "true");
}

#[test]
fn a_token_is_asked_for_when_it_is_needed() {
    let Some(mut browser) = Browser::start() else {
        println!("skipped: there is no chromium here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "correct-horse-battery").unwrap();
    let service = Service::start(&format!("--token-file {}", file.display()));
    browser.open(&format!("http://{}/", service.address));
    browser.wait("document.querySelector('#token-field')?.hidden === false");
    let give = "const t = document.querySelector('#token'); t.value = 'correct-horse-battery'; \
        t.dispatchEvent(new Event('change'))";
    browser.evaluate(&format!("{{ {give} }}"));
    browser.wait(&format!("{STATUS}.startsWith('2,000 points')"));
    assert_eq!(browser.evaluate("document.querySelector('#error').hidden"), true);
}
