//! The change feed on one node; across nodes see `nodes`.

use raakvlak_domain::calendar::Instant;
use raakvlak_store::{ObjectKind, StoreError};
use raakvlak_testkit::on_both_databases;

use crate::common::act;

on_both_databases!(a_page_follows_the_page_before, |database| {
    let store = database.open();
    for number in 0..25 {
        store.write(move |tx| act(tx, &format!("{number:02}"))).unwrap();
    }
    let mut seen = Vec::new();
    loop {
        let page = store.changes_after(seen.len() as i64, 10).unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|change| (change.seq, change.kind, change.object_id)));
    }
    let expected: Vec<_> = (0..25).map(|number| (number + 1, ObjectKind::Place.as_str().to_owned(), format!("{number:02}"))).collect();
    assert_eq!(seen, expected);
});

on_both_databases!(a_follower_that_is_too_far_behind_is_told, |database| {
    let store = database.open();
    for number in 0..10 {
        store.write(move |tx| act(tx, &format!("{number}"))).unwrap();
    }
    let cleared = store.write(|tx| tx.clear_changes(Instant::from_microseconds(i64::MAX))).unwrap();
    assert_eq!(cleared, 10);
    assert_eq!(store.changes_after(9, 10), Err(StoreError::ChangesGone { cleared: 10 }));
    assert_eq!(store.changes_after(10, 10).unwrap(), []);
    store.write(|tx| act(tx, "next")).unwrap();
    assert_eq!(store.changes_after(10, 10).unwrap()[0].seq, 11, "numbers are not used again");
    assert_eq!(store.write(|tx| tx.clear_changes(Instant::from_microseconds(0))).unwrap(), 0);
});
