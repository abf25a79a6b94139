//! The hash against known answers that another implementation wrote: `tools/make_hash_vectors.py`.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::Value;
use turnout_core::hash::{NATIVE, Percent, Stage, UnitHasher, decimal, hash_unit, position, seed};

/// A field of 64 bits or more, which the file holds as text.
fn whole(row: &Value, name: &str) -> u128 {
    row[name].as_str().unwrap().parse().unwrap()
}

fn rows<'f>(file: &'f Value, section: &str, least: usize) -> &'f [Value] {
    let rows = file[section].as_array().unwrap();
    assert!(rows.len() >= least, "{} rows of {section}", rows.len());
    rows
}

fn file() -> Value {
    let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/xxh3.json")).unwrap();
    assert_eq!(file["algorithm"], NATIVE);
    file
}

/// The bytes that are hashed: those of a text, or of an integer's decimal form.
fn bytes(unit: &Value) -> Vec<u8> {
    match unit {
        Value::String(text) => text.as_bytes().to_vec(),
        number => decimal(number.as_i64().unwrap(), &mut [0; 20]).to_vec(),
    }
}

#[test]
fn hashes_are_those_of_another_implementation() {
    let file = file();
    for row in rows(&file, "vectors", 300) {
        let stage = [Stage::Ramp, Stage::Variant].into_iter().find(|stage| row["stage"] == stage.name());
        let seeded = seed(row["salt"].as_str().unwrap(), stage.unwrap());
        assert_eq!(u128::from(seeded), whole(row, "seed"), "{row}");
        let hashed = hash_unit(&bytes(&row["unit"]), seeded);
        assert_eq!(u128::from(hashed), whole(row, "hash"), "{row}");
        assert_eq!(u64::from(position(hashed)), row["position"], "{row}");
        for share in row["exposed"].as_array().unwrap() {
            let percent = Percent::from_f64(share[0].as_f64().unwrap()).unwrap();
            assert_eq!(u128::from(hashed) < percent.bound(), share[1], "{share} of {row}");
        }
    }
}

/// A short text as Arrow keeps it: two words, padded with zeros.
fn as_words(text: &[u8]) -> Option<(u64, u32, u32)> {
    let mut padded = [0; 12];
    padded.get_mut(..text.len())?.copy_from_slice(text);
    let (start, rest) = padded.split_at(8);
    let (start, rest) = (u64::from_le_bytes(start.try_into().ok()?), u32::from_le_bytes(rest.try_into().ok()?));
    Some((start, rest, u32::try_from(text.len()).ok()?))
}

#[test]
fn short_texts_hash_alike_in_columns() {
    let file = file();
    let mut lengths = std::collections::BTreeSet::new();
    for row in rows(&file, "vectors", 300) {
        let hasher = UnitHasher::new(u64::try_from(whole(row, "seed")).unwrap());
        let unit = bytes(&row["unit"]);
        assert_eq!(u128::from(hasher.any(&unit)), whole(row, "hash"), "{row}");
        let Some((start, rest, len)) = as_words(&unit).filter(|(.., len)| *len > 0) else { continue };
        assert_eq!(u128::from(hasher.short(start, rest, len)), whole(row, "hash"), "{row}");
        lengths.insert(len);
    }
    // Short texts are hashed in three ways, by their length.
    for way in [1..=3, 4..=8, 9..=UnitHasher::SHORT] {
        assert!(lengths.iter().any(|len| way.contains(len)), "none of {way:?} among {lengths:?}");
    }
}

#[test]
fn bounds_are_exact() {
    let file = file();
    for row in rows(&file, "bounds", 10) {
        let percent = Percent::from_f64(row["percent"].as_f64().unwrap()).unwrap();
        let bound = whole(row, "bound");
        assert_eq!(percent.bound(), bound, "{row}");
        // The last hash that is in and the first that is out stand on both sides of the share.
        let place =
            |hash: u128| u64::try_from(hash).ok().map(|hash| f64::from(position(hash)) / f64::from(Percent::STEPS));
        assert!(bound.checked_sub(1).and_then(place).is_none_or(|last| last < percent.as_f64()), "{row}");
        assert!(place(bound).is_none_or(|first| first >= percent.as_f64()), "{row}");
    }
}

#[test]
fn an_integer_and_its_text_are_one_unit() {
    let file = file();
    let rows = rows(&file, "vectors", 300);
    let integers = rows.iter().filter(|row| row["unit"].is_i64() || row["unit"].is_u64());
    let mut pairs = 0;
    for row in integers {
        let text = row["unit"].to_string();
        for same in
            rows.iter().filter(|r| r["unit"] == text && (&r["salt"], &r["stage"]) == (&row["salt"], &row["stage"]))
        {
            assert_eq!(row["hash"], same["hash"], "{row}");
            pairs += 1;
        }
    }
    assert!(pairs >= 10, "{pairs} pairs");
}
