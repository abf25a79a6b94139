//! What the fuzzer asks, of documents that are damaged at random.

#[expect(clippy::expect_used, reason = "a check that fails is a fault")]
#[path = "../fuzz/fuzzed.rs"]
mod fuzzed;

use proptest::prelude::*;

const TOML: &str = "turnout = 1\n[toggles.a]\ncategory = \"channel\"\nowner = \"o\"\ncreated = 2026-01-01\n\
    review_by = 2026-02-01\nrollback = { plan = \"p\", to = \"off\" }\nmonitors = [{ kpi = \"k\", worse_than = 1 }]\n\
    [[toggles.a.rules]]\nid = \"r\"\nwhen = { attribute = \"x\", in = [1, 2.5, \"\\u0041\"] }\n";

proptest! {
    #[test]
    fn any_bytes(data in prop::collection::vec(any::<u8>(), 0..80)) {
        fuzzed::check(&data);
    }

    #[test]
    fn damaged_documents(json: bool, at in any::<prop::sample::Index>(), cut in 0_usize..4, with in r#"[\\\["'{}=,:0-9.+a-z-]{0,4}|.{0,3}"#) {
        let policy = turnout_core::policy::Policy::parse(TOML.as_bytes(), turnout_core::policy::Format::Toml, true);
        let mut data = if json { policy.map_err(|_| ()).map(|p| p.document().to_owned()).unwrap_or_default() } else { TOML.to_owned() };
        prop_assert!(!data.is_empty());
        let start = at.index(data.len());
        data.replace_range(start..data.len().min(start + cut), &with);
        fuzzed::check(data.as_bytes());
    }
}
