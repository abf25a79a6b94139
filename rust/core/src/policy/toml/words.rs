//! The faults that the `toml` crate finds, in the words of this one.

/// What is wrong and how to mend it, from the crate's words, the word at the fault's place, and whether the fault is in
/// something.
pub(super) fn explain(theirs: &str, word: &str, is_something: bool) -> (String, &'static str) {
    if VALUES.iter().any(|start| theirs.starts_with(start)) {
        if ["null", "nil", "none"].iter().any(|null| word.eq_ignore_ascii_case(null)) {
            return ("TOML has no null".to_owned(), "leave the key out");
        }
        if is_date_of_another_form(word) {
            return ("not a date as TOML writes it".to_owned(), "write the year, month and day: `2026-12-25`");
        }
    }
    if theirs.starts_with("string values must be quoted") && !is_something {
        return ("no value after `=`".to_owned(), "write a value, or take the line out");
    }
    if DATES.iter().any(|start| theirs.starts_with(start)) {
        let message = theirs.replacen("invalid", "not a valid", 1);
        return (message, "write `2026-01-31` or `2026-01-31T08:00:00Z`");
    }
    let plain = WORDS.iter().find(|(start, ..)| theirs.starts_with(start));
    match plain {
        Some((_, ours, hint)) => ((*ours).to_owned(), hint),
        None => (theirs.to_owned(), "write it as TOML 1.1 has it: https://toml.io/en/v1.1.0"),
    }
}

/// The word that a place stands in, no further than any word goes that is looked for: words can be long, and faults many.
pub(super) fn word_at(source: &str, place: usize) -> &str {
    const REACH_BYTES: usize = 16;
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-./".contains(byte);
    let (before, after) = source.as_bytes().split_at(place.min(source.len()));
    let start = before.len() - before.iter().rev().take(REACH_BYTES).take_while(|byte| is_inside(byte)).count();
    let end = before.len() + after.iter().take(REACH_BYTES).take_while(|byte| is_inside(byte)).count();
    source.get(start..end).unwrap_or_default()
}

/// Whether a word is a date in some form that people write: three numbers, one of them a year.
fn is_date_of_another_form(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '.', '/']).take(4).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let of = |digits: std::ops::RangeInclusive<usize>| parts.iter().filter(|part| digits.contains(&part.len())).count();
    parts.iter().all(is_number) && parts.len() == 3 && of(4..=4) == 1 && of(1..=2) == 2
}

/// How the crate's messages about values start.
const VALUES: &[&str] = &[
    "string values must be quoted",
    "invalid float",
    "invalid integer",
    "invalid mantissa",
    "invalid fraction",
    "unexpected leading zero",
];

/// How the crate's messages about dates and times start; they go on with what is expected.
const DATES: &[&str] = &["invalid date", "invalid time", "invalid offset"];

/// How the crate's messages start about what is inside a value, or inside a part of a key.
pub(super) const IN_VALUES: &[&str] = &[
    "string values must be quoted",
    "missing escaped value",
    "too few unicode value digits",
    "invalid value, expected unicode",
    "invalid basic string",
    "invalid literal string",
    "invalid multi-line",
    "unexpected leading zero",
    "redundant numeric sign",
    "redundant integer number prefix",
    "integers with a radix cannot be signed",
    "radix must be lowercase",
    "`_` may only go between digits",
    "invalid mantissa",
    "invalid fraction",
    "invalid exponent",
    "invalid boolean",
    "invalid float",
    "invalid integer",
    "invalid hexadecimal",
    "invalid octal",
    "invalid binary",
    "invalid date",
    "invalid time",
    "invalid offset",
];

/// How the crate's other messages start, and what is said for them. Of two that fit, the first is taken.
const WORDS: &[(&str, &str, &str)] = &[
    ("string values must be quoted", "neither a number, a date, true nor false", "put text in double quotes"),
    ("missing opening quote", "a closing quote without an opening one", "put a quote at the start too"),
    ("duplicate key", "given twice", "keep one of them"),
    ("cannot extend value of type", "given before, and complete there", "write all of it in one place"),
    ("key with no value", "a key without a value", "write `key = value`"),
    ("missing value", "a key without a value", "write `key = value`"),
    ("extra `=`", "one `=` too many", "take it out"),
    ("extra assignment", "one `=` too many", "take it out"),
    ("unexpected `=` in array", "`=` in a list", "put entries with keys in `{ }`"),
    ("extra comma", "a comma with nothing before it", "take it out"),
    ("missing comma between", "no comma after the one before", "put a comma between them"),
    ("missing assignment", "no `=` between key and value", "write `key = value`"),
    ("missing key for inline table", "a value without a key in a table", "write `key = value`"),
    ("missing inline table opening", "`}` without `{`", "put `{` where the table starts"),
    ("missing array opening", "`]` without `[`", "put `[` where the list starts"),
    ("invalid inline table element", "`]` in a table", "end the table with `}`"),
    (
        "unexpected key or value",
        "more after a complete statement",
        "put each key on its own line; a comment starts with `#`",
    ),
    (
        "unexpected content",
        "more after a complete statement",
        "put each key on its own line; a comment starts with `#`",
    ),
    ("invalid key-value pair", "a line that is neither `key = value` nor `[table]`", "take it out"),
    ("missing table open", "`]` without `[`", "write `[table]`"),
    ("unclosed array table", "the name of a list's table without `]]`", "write `[[list]]`"),
    ("unclosed table", "the name of a table without `]`", "write `[table]`"),
    ("invalid table", "no name of a table", "write `[table]`"),
    ("unquoted keys cannot be empty", "no key, or no part of one", "write `key = value`"),
    ("invalid unquoted key", "a key with characters that need quotes", "put the key in double quotes"),
    ("keys cannot be multi-line", "a key in triple quotes", "put the key in double quotes"),
    ("invalid basic string, expected `\"`", "text without a closing quote", "end it with `\"`"),
    ("invalid literal string, expected `'`", "text without a closing quote", "end it with `'`"),
    ("missing escaped value", "a backslash that starts no escape", "write `\\\\`, or put the text in single quotes"),
    (
        "too few unicode value digits",
        "too few digits of a character",
        "write `\\u` and four digits, or the character itself",
    ),
    ("invalid value, expected unicode", "digits of no character", "write the character itself"),
    ("unexpected leading zero", "a number that starts with a zero", "take the zero out, or put a code in quotes"),
    ("redundant numeric sign", "more than one sign", "keep one of them"),
    ("integers with a radix cannot be signed", "a sign before `0x`, `0o` or `0b`", "take it out"),
    ("radix must be lowercase", "a capital letter after the zero", "write `0x`, `0o` or `0b`"),
    ("redundant integer number prefix", "`0d` before a decimal number", "take it out"),
    ("`_` may only go between digits", "`_` that is not between digits", "take it out"),
    ("invalid mantissa", "a number without digits before its point", "write `0.5`, not `.5`"),
    ("invalid fraction", "a number without digits after its point", "write `5.0`, not `5.`"),
    ("invalid exponent", "a number without digits after its `e`", "write `1e3`"),
    ("invalid boolean", "neither true nor false", "write `true` or `false`, or put text in double quotes"),
    ("invalid float", "not a number", "put text in double quotes"),
    ("invalid integer", "not a number", "put text in double quotes"),
    ("invalid hexadecimal", "not a hexadecimal number", "put text in double quotes"),
    ("invalid octal", "not an octal number", "put text in double quotes"),
    ("invalid binary", "not a binary number", "put text in double quotes"),
];
