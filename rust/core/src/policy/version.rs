//! Semantic versions as support teams meet them: `v5.2` is 5.2.0.

use semver::{BuildMetadata, Prerelease, Version};

/// Parses a version. A leading `v` is allowed and missing parts are zero; only a full version may carry a pre-release
/// or build part. Build metadata is dropped: it has no rank.
#[must_use]
pub fn parse_version(text: &str) -> Option<Version> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let core_end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, tail) = text.split_at(core_end);
    let mut parts = [0_u64; 3];
    let mut count = 0;
    for part in core.split('.') {
        *parts.get_mut(count)? = number(part)?;
        count += 1;
    }
    let (tail, build) = tail.split_once('+').map_or((tail, None), |(pre, build)| (pre, Some(build)));
    if count < 3 && (!tail.is_empty() || build.is_some()) {
        return None;
    }
    if let Some(build) = build {
        BuildMetadata::new(build).ok().filter(|b| !b.is_empty())?;
    }
    let pre = match tail.strip_prefix('-') {
        Some(pre) => Prerelease::new(pre).ok().filter(|p| !p.is_empty())?,
        None => Prerelease::EMPTY,
    };
    Some(Version { major: parts[0], minor: parts[1], patch: parts[2], pre, build: BuildMetadata::EMPTY })
}

fn number(part: &str) -> Option<u64> {
    let plain =
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) && (part.len() == 1 || !part.starts_with('0'));
    if plain { part.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_versions_are_filled_with_zeros() {
        assert_eq!(parse_version("5.2"), Some(Version::new(5, 2, 0)));
        assert_eq!(parse_version("v5"), Some(Version::new(5, 0, 0)));
        assert_eq!(parse_version("1.2.3-rc.1+b7"), Version::parse("1.2.3-rc.1").ok());
        for bad in ["", "v", "5.", ".5", "05.2", "5.2-rc", "1.2.3.4", "1.2.3-", "1.2.3+", "5,2", "99999999999999999999"]
        {
            assert_eq!(parse_version(bad), None, "{bad}");
        }
    }
}
