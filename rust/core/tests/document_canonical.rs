//! Canonical JSON and the digest against RFC 8785, and TOML against JSON.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use turnout_core::policy::canonical::{canonical_json, digest, digest_of, hex};
use turnout_core::policy::node::{Arena, Entry, Node, Value};
use turnout_core::policy::problem::Problems;
use turnout_core::policy::source::{Format, read};

fn canonical(source: &str, format: Format) -> String {
    let mut problems = Problems::default();
    let arena = Arena::default();
    let node = read(source.as_bytes(), format, &arena, &mut problems);
    assert_eq!(problems.finish(source.as_bytes()), []);
    canonical_json(&node.unwrap())
}

fn node(value: Value<'_>) -> Node<'_> {
    Node { at: 0, key_at: 0, value }
}

/// Appendix B of RFC 8785.
const NUMBERS: &[(u64, &str)] = &[
    (0x0000_0000_0000_0000, "0"),
    (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"),
    (0x8000_0000_0000_0001, "-5e-324"),
    (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
    (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
    (0x4340_0000_0000_0000, "9007199254740992"),
    (0xc340_0000_0000_0000, "-9007199254740992"),
    (0x4430_0000_0000_0000, "295147905179352830000"),
    (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
    (0x44b5_2d02_c7e1_4af6, "1e+23"),
    (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
    (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
    (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
    (0x444b_1ae4_d6e2_ef50, "1e+21"),
    (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
    (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
    (0x41b3_de43_5555_5553, "333333333.3333332"),
    (0x41b3_de43_5555_5554, "333333333.33333325"),
    (0x41b3_de43_5555_5555, "333333333.3333333"),
    (0x41b3_de43_5555_5556, "333333333.3333334"),
    (0x41b3_de43_5555_5557, "333333333.33333343"),
    (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
];

#[test]
fn numbers_are_those_of_rfc_8785() {
    for (bits, expected) in NUMBERS {
        assert_eq!(canonical_json(&node(Value::Float(f64::from_bits(*bits)))), *expected);
    }
    for (number, expected) in
        [(0, "0"), (-7, "-7"), (i64::MAX, "9223372036854775807"), (i64::MIN, "-9223372036854775808")]
    {
        assert_eq!(canonical_json(&node(Value::Int(number))), expected);
    }
}

#[test]
fn the_sample_of_rfc_8785_comes_out_as_printed_there() {
    // Its number 1E30 is beyond what a policy may hold, so it is put in after reading.
    let source = r#"{
        "numbers": [333333333.33333329, 30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let (arena, mut problems) = (Arena::default(), Problems::default());
    let root = read(source.as_bytes(), Format::Json, &arena, &mut problems).unwrap();
    let Value::Table(entries) = root.value else { panic!("no table") };
    let Value::List(numbers) = entries[0].node.value else { panic!("no list") };
    let (mut entries, mut numbers) = (entries.to_vec(), numbers.to_vec());
    numbers[1].value = Value::Float(1e30);
    entries[0].node.value = Value::List(&numbers);
    let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(canonical_json(&node(Value::Table(&entries))), expected);
}

#[test]
fn keys_are_sorted_by_utf_16_code_units() {
    let keys = [
        "\u{20ac}",
        "\r",
        "\u{fb33}",
        "1",
        "\u{1f600}",
        "\u{80}",
        "\u{f6}",
        "10",
        "",
        "1\0",
        "longer than eight",
        "longer than nine",
    ];
    let entry = |(i, key)| Entry { key, node: node(Value::Int(i)) };
    let entries: Vec<Entry<'_>> = (0..).zip(keys).map(entry).collect();
    let table = node(Value::Table(&entries));
    let expected = "{\"\":8,\"\\r\":1,\"1\":3,\"1\\u0000\":9,\"10\":7,\"longer than eight\":10,\"longer than nine\":11,\"\u{80}\":5,\"\u{f6}\":6,\"\u{20ac}\":0,\"\u{1f600}\":4,\"\u{fb33}\":2}";
    assert_eq!(canonical_json(&table), expected);
}

#[test]
fn only_what_must_be_is_escaped() {
    let text: String = (0..=0x80_u8).map(char::from).chain(['\u{2028}', '\u{FFFF}', '😀']).collect();
    let ours = canonical_json(&node(Value::Text(&text)));
    assert_eq!(ours, serde_json::to_string(&text).unwrap());
}

#[test]
fn the_digest_covers_document_format_and_zones() {
    // Made with Python's json and hashlib.
    assert_eq!(hex(&digest("{}", "2026a")), "81ae984aa32ce480e6b0c730bf36b78adff9fed53d05cd95016217a0ba748506");
    assert_eq!(
        hex(&digest(&canonical(TOML, Format::Toml), "2026a")),
        "124a1391803c3453c246380ef19fbc4364389fd4d8e50bac8beda8415c3f5e50"
    );
    assert_ne!(digest("{}", "2026a"), digest("{}", "2026b"));
    let long = format!("[{}]", "{\"b\": [1, 2.5, \"text\"], \"a\": null},".repeat(9999).trim_end_matches(','));
    let (arena, mut problems) = (Arena::default(), Problems::default());
    let node = read(long.as_bytes(), Format::Json, &arena, &mut problems).unwrap();
    assert_eq!(digest_of(&node, "2026a"), digest(&canonical_json(&node), "2026a"));
}

#[test]
fn the_same_document_in_toml_and_json_is_the_same() {
    let (toml, json) = (canonical(TOML, Format::Toml), canonical(JSON, Format::Json));
    assert_eq!(toml, json);
    assert_eq!(canonical(&json, Format::Json), json);
}

const TOML: &str = r#"turnout = 1                                   # format version
environment = "production"

[segments.business]
rules = [{ all = [{ attribute = "plan", in = ["pro", "enterprise"] }] }]

[toggles.phone]
category = "channel"                          # channel | automation | capacity
owner = "telephony@example.com"
created = 2026-01-10
review_by = 2026-07-01
enabled = true
fallback = ["chat", "callback"]               # where contacts go when the channel is off
rollback = { plan = "https://example.com/runbooks/phone", to = "off" }
monitors = [{ kpi = "service_level", worse_than = 0.70 }]

[toggles.billing-bot]
category = "automation"
owner = "automation@example.com"
created = 2026-02-02
review_by = 2026-08-01
model_version = "nlu-4.2"
risk = "low"
consent = ["ai_chat"]
requires = { chat = true }
variants = { bot = 90, scripted = 10 }
default = "human"
rollback = { plan = "https://example.com/runbooks/billing-bot", to = "previous_step" }
monitors = [{ kpi = "csat", scale = [1, 5], worse_than = 4.2 }]
schedule = { zone = "America/New_York", open = "mon-fri 08:00-20:00", closed_on = "us-holidays" }
[[toggles.billing-bot.rules]]                 # first match wins
id = "vip-to-human"
when = { all = [{ attribute = "tier", equals = "vip" }] }
serve = "human"
[[toggles.billing-bot.rules]]
id = "ramp"
when = { any = [{ segment = "business" }, { attribute = "app_version", semver = ">=5.2" }] }
ramp = { unit = "customer_id", algorithm = "xxh3/1", started_at = 2026-03-01T00:00:00Z, steps = [
  { percent = 0,   mode = "shadow", hold = "7d", max = "14d", min_n = 500 },
  { percent = 10,  hold = "2d" },
  { percent = 30,  hold = "5d", approval = "ops_lead" },
  { percent = 100 } ] }
"#;

const JSON: &str = r#"{
  "turnout": 1.0,
  "environment": "production",
  "toggles": {
    "phone": {
      "category": "channel", "owner": "telephony@example.com", "created": "2026-01-10", "review_by": "2026-07-01",
      "enabled": true, "fallback": ["chat", "callback"],
      "rollback": {"plan": "https:\/\/example.com\/runbooks\/phone", "to": "off"},
      "monitors": [{"kpi": "service_level", "worse_than": 7e-1}]
    },
    "billing-bot": {
      "category": "automation", "owner": "automation@example.com", "created": "2026-02-02", "review_by": "2026-08-01",
      "model_version": "nlu-4.2", "risk": "low", "consent": ["ai_chat"], "requires": {"chat": true},
      "variants": {"scripted": 1e1, "bot": 90}, "default": "human",
      "rollback": {"plan": "https://example.com/runbooks/billing-bot", "to": "previous_step"},
      "monitors": [{"kpi": "csat", "scale": [1, 5], "worse_than": 4.20}],
      "schedule": {"zone": "America/New_York", "open": "mon-fri 08:00-20:00", "closed_on": "us-holidays"},
      "rules": [
        {"id": "vip-to-human", "when": {"all": [{"attribute": "tier", "equals": "vip"}]}, "serve": "human"},
        {"id": "ramp",
         "when": {"any": [{"segment": "business"}, {"attribute": "app_version", "semver": "\u003e=5.2"}]},
         "ramp": {"unit": "customer_id", "algorithm": "xxh3/1", "started_at": "2026-03-01T00:00:00Z", "steps": [
           {"percent": 0, "mode": "shadow", "hold": "7d", "max": "14d", "min_n": 500},
           {"percent": 10, "hold": "2d"}, {"percent": 30, "hold": "5d", "approval": "ops_lead"}, {"percent": 100}]}}
      ]
    }
  },
  "segments": {"business": {"rules": [{"all": [{"attribute": "plan", "in": ["pro", "enterprise"]}]}]}}
}"#;
