//! Where the canonical text of an expression holds an address. Knows texts, and not what has the address.

/// Whether the canonical text of an expression holds an address, and not only as a part of a longer one.
pub(super) fn mentions(text: &str, address: &str) -> bool {
    mentioned(text, address).next().is_some()
}

/// Whether it holds the address of a block that has several instances where it is not said which of them is meant.
pub(super) fn mentions_any(text: &str, block: &str) -> bool {
    let is_told = |behind: &str| {
        behind
            .strip_prefix('[')
            .is_some_and(|key| key.starts_with(|first: char| first == '"' || first.is_ascii_digit()))
    };
    mentioned(text, block).any(|behind| !is_told(behind))
}

/// What stands behind each place of a text that holds an address.
fn mentioned<'t>(text: &'t str, address: &'t str) -> impl Iterator<Item = &'t str> {
    let is_name = |character: char| character.is_alphanumeric() || "_-".contains(character);
    text.match_indices(address).filter_map(move |(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + address.len()..)?;
        let is_whole = !before.is_some_and(|before| is_name(before) || before == '.') && !behind.starts_with(is_name);
        is_whole.then_some(behind)
    })
}
