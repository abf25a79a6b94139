//! The report of faults: its order, its places, its limits.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use turnout_core::policy::problem::{Kind, Problems};

fn places(source: &[u8], offsets: &[u32]) -> Vec<(u32, u32)> {
    let mut problems = Problems::default();
    for at in offsets {
        problems.push(Kind::Shape, "p", Some(*at), "m", "");
    }
    problems.finish(source).iter().map(|p| (p.line.unwrap(), p.column.unwrap())).collect()
}

#[test]
fn places_count_lines_and_characters() {
    let source = "aé😀b\r\n\n  é x\n";
    assert_eq!(
        places(source.as_bytes(), &[0, 1, 3, 7, 8, 9, 10, 11, 13, 15, 16]),
        [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (2, 1), (3, 1), (3, 3), (3, 4), (3, 5)]
    );
    assert_eq!(places(source.as_bytes(), &[99, 18, 0]), [(1, 1), (4, 1), (4, 1)]);
    assert_eq!(places(b"", &[0, 5]), [(1, 1), (1, 1)]);
    assert_eq!(places("\u{FEFF}a".as_bytes(), &[0, 3, 4]), [(1, 1), (1, 1), (1, 2)]);
}

#[test]
fn every_place_agrees_with_a_plain_count() {
    let source = "ab\né\n\n😀x\r\nlast é".as_bytes();
    for at in 0..=source.len() {
        let before = String::from_utf8_lossy(&source[..at]).replace('\u{FFFD}', "");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        // Inside a character the column is that of the next one, as its first byte is behind.
        let inside = std::str::from_utf8(&source[..at]).is_err();
        let found = places(source, &[u32::try_from(at).unwrap()])[0];
        assert_eq!((found.0 as usize, found.1 as usize), (line, column + usize::from(inside)), "{at}");
    }
}

#[test]
fn sources_that_are_not_utf_8_are_no_trouble() {
    for source in [&b"\xFF\xFE\n\xC3"[..], b"\x80\x80\x80", b"\xF0\x9F\n\x98"] {
        for at in 0..6 {
            assert_eq!(places(source, &[at]).len(), 1);
        }
    }
}

#[test]
fn problems_are_listed_in_the_order_of_the_source() {
    let mut problems = Problems::default();
    problems.push(Kind::Reference, "c", None, "no place", "hint");
    problems.push(Kind::Shape, "b", Some(4), "second", "");
    problems.push(Kind::Shape, "a", Some(0), "first", "do it");
    problems.push(Kind::Governance, "b2", Some(4), "third", "");
    assert_eq!(problems.count(), 4);
    let listed: Vec<String> = problems.finish(b"x\ny\nz").iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["a (line 1): first; do it", "b (line 3): second", "b2 (line 3): third", "c: no place; hint"]);
}

#[test]
fn a_report_has_limits() {
    let mut problems = Problems::default();
    assert!(problems.is_empty());
    let long = "é".repeat(5000);
    for at in 0..1002 {
        problems.push(Kind::Shape, long.as_str(), Some(at), long.as_str(), long.as_str());
    }
    assert_eq!((problems.count(), problems.is_full()), (1002, true));
    let listed = problems.finish(b"");
    assert_eq!(listed.len(), 1001);
    assert!(listed.iter().all(|p| p.path.len() <= 1000 && p.message.len() <= 1000 && p.hint.len() <= 1000));
    assert!(listed[0].path.ends_with("é..."));
    assert_eq!(listed[1000].to_string(), "document: 2 more problems are not listed; mend those above and check again");
}
