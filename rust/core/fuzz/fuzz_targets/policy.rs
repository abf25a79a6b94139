//! Feeds bytes to the policy. Run from `rust/core`: `cargo +nightly fuzz run policy`.
#![no_main]

#[path = "../fuzzed.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzed::check(data));
