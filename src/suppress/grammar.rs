//! What a comment says: `trailwarden: ignore[CloudTrail.7] reason until=2027-01-31`.
//!
//! Knows the words of one comment; neither where it stands nor which controls there are.

use std::ops::Range;

use crate::config::Date;

/// The word a comment for this program begins with.
pub(super) const MARKER: &str = "trailwarden:";

/// What is said of an `until=` that does not stand where it counts.
pub(super) const DAY_ELSEWHERE: &str =
    "`until=` stands on another line, so nothing is suppressed: write it behind the reason";

/// What one marker says. Ranges are bytes of the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    /// From the marker to the end of what it says.
    pub range: Range<usize>,
    /// What it is about.
    pub reach: Reach,
    /// The controls' ids as they were written.
    pub ids: Vec<(String, Range<usize>)>,
    /// What the author gave as reason, if anything.
    pub reason: Option<String>,
    /// The last day it holds.
    pub until: Option<Date>,
}

/// What a marker is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// What the comment stands on, above or in.
    Place,
    /// Its whole file.
    File,
}

/// Something after the marker that is no suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    pub range: Range<usize>,
    pub message: String,
}

/// Everything a comment says to this program.
pub(super) fn markers(comment: &str) -> Vec<Result<Marker, Malformed>> {
    let lowered = comment.to_ascii_lowercase();
    let starts: Vec<usize> = lowered.match_indices(MARKER).map(|(at, _)| at).collect();
    if starts.is_empty() {
        return almost_marker(&lowered).map(Err).into_iter().collect();
    }
    let ends = starts.iter().skip(1).copied().chain([comment.len()]);
    let marker = |(start, end): (usize, usize)| {
        // A reason ends with its line, or with the comment.
        let text = comment.get(start..end).unwrap_or_default();
        let (line, below) = text.split_once('\n').unwrap_or((text, ""));
        let line = line.trim_end().trim_end_matches("*/").trim_end();
        marker(line, below, start)
    };
    starts.iter().copied().zip(ends).map(marker).collect()
}

/// A comment that is meant for this program and says it otherwise: `trailwarden ignore[…]`.
fn almost_marker(lowered: &str) -> Option<Malformed> {
    let name = MARKER.trim_end_matches(':');
    let start = lowered.match_indices(name).map(|(at, _)| at).find(|at| {
        let rest = lowered.get(at + name.len()..).unwrap_or_default();
        let rest =
            rest.trim_start_matches(|character: char| character.is_whitespace() || character.is_ascii_punctuation());
        let rest = rest.strip_prefix("ignore").unwrap_or_default();
        rest.strip_prefix("-file").unwrap_or(rest).trim_start().starts_with('[')
    })?;
    let line = lowered.get(start..).unwrap_or_default().lines().next().unwrap_or_default().trim_end();
    let message = "the colon after `trailwarden` is missing, so nothing is suppressed: write `trailwarden: ignore[…]`";
    Some(Malformed { range: start..start + line.len(), message: message.to_owned() })
}

/// `line` begins with the marker and stands at `offset` in the comment, `below` is the rest of a comment of several lines.
fn marker(line: &str, below: &str, offset: usize) -> Result<Marker, Malformed> {
    let range = offset..offset + line.len();
    let malformed = |message: &str| Malformed { range: range.clone(), message: message.to_owned() };
    let form = "write `trailwarden: ignore[CloudTrail.7] reason` or `trailwarden: ignore-file[…] reason`";
    let command = line.get(MARKER.len()..).unwrap_or_default().trim_start();
    let (word, rest) = command.split_once('[').ok_or_else(|| malformed(&format!("no suppression: {form}")))?;
    let reach = match word.trim_end().to_ascii_lowercase().as_str() {
        "ignore" => Reach::Place,
        "ignore-file" => Reach::File,
        other => return Err(malformed(&format!("`{other}` is no suppression: {form}"))),
    };
    let (listed, rest) = rest.split_once(']').ok_or_else(|| malformed("the bracket after `ignore` is not closed"))?;
    let start = offset + line.len() - rest.len() - 1 - listed.len();
    let mut ids = Vec::new();
    let mut at = start;
    for word in listed.split(',') {
        let id = word.trim();
        let from = at + word.len() - word.trim_start().len();
        at += word.len() + 1;
        if !id.is_empty() {
            ids.push((id.to_owned(), from..from + id.len()));
        }
    }
    if ids.is_empty() {
        return Err(malformed("the brackets name no control: write `ignore[CloudTrail.7]`"));
    }
    let (reason, until) = reason(rest).map_err(|message| malformed(&message))?;
    if is_day_among(below) {
        return Err(malformed(DAY_ELSEWHERE));
    }
    Ok(Marker { range, reach, ids, reason, until })
}

/// What follows the brackets: a reason, and among its words perhaps `until=DAY`. What looks like another list of controls
/// or another way to write the day is refused: it would be taken for a part of the reason, and never expire.
fn reason(rest: &str) -> Result<(Option<String>, Option<Date>), String> {
    let lowered = rest.to_ascii_lowercase();
    if ["ignore[", "ignore-file["].iter().any(|again| lowered.contains(again)) {
        return Err(
            "one comment has one `ignore[…]`, so nothing is suppressed: list the ids in it, or begin the second \
                    with `trailwarden:` too"
                .to_owned(),
        );
    }
    let mut until = None;
    let mut reason: Vec<&str> = Vec::new();
    let words: Vec<&str> = rest.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        match word.strip_prefix("until=") {
            Some(day) => until = Some(self::day(day)?),
            None if is_day_otherwise(word, words.get(at + 1).copied().unwrap_or_default()) => {
                return Err(format!("`{word}` is not understood, so nothing is suppressed: write `until=2027-01-31`"));
            }
            None => reason.push(word),
        }
    }
    let reason = reason.join(" ");
    let reason = reason.trim_start_matches([':', '-', '–', '—']).trim().to_owned();
    Ok(((!reason.is_empty()).then_some(reason), until))
}

/// Whether a word, or it and the next one, is meant as `until=DAY`: `until: 2027-01-31`, `util=2027-01-31`,
/// `expires 2027-01-31`.
fn is_day_otherwise(word: &str, next: &str) -> bool {
    let name: String = word.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let behind = word.get(name.len()..).unwrap_or_default().trim_start_matches([':', '=']);
    let day = if behind.is_empty() { next.trim_start_matches([':', '=']) } else { behind };
    let is_name =
        strsim::damerau_levenshtein(&name, "until") <= 1 || ["expires", "expiry", "exp"].contains(&name.as_str());
    // `until =2027-01-31` and `until = 2027-01-31`.
    is_name && (day.is_empty() && next.starts_with(['=', ':']) || day.starts_with(|first: char| first.is_ascii_digit()))
}

/// Whether some of the words are `until=DAY`, or meant as that.
fn is_day_among(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let next = words.iter().skip(1).chain([&""]);
    words.iter().zip(next).any(|(word, next)| word.starts_with("until=") || is_day_otherwise(word, next))
}

/// Whether a comment begins with `until=DAY`, or what is meant as that.
pub(super) fn is_day(comment: &str) -> bool {
    let text = comment.trim_start_matches(|character: char| character.is_whitespace() || "#/*".contains(character));
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    words.first().is_some_and(|word| {
        word.starts_with("until=") || is_day_otherwise(word, words.get(1).copied().unwrap_or_default())
    })
}

/// The day of an `until`.
pub(super) fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| format!("`{text}` is no day such as 2027-01-31, so nothing is suppressed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reach, ids, reason and day in one line.
    fn said(comment: &str) -> Vec<String> {
        let show = |marker: Result<Marker, Malformed>| match marker {
            Ok(marker) => {
                let ids: Vec<&str> = marker.ids.iter().filter_map(|(_, range)| comment.get(range.clone())).collect();
                let until = marker.until.map_or_else(String::new, |day| format!(" until {day}"));
                format!("{:?} {} ({}){until}", marker.reach, ids.join("+"), marker.reason.unwrap_or_default())
            }
            Err(malformed) => format!("no: {}", malformed.message),
        };
        markers(comment).into_iter().map(show).collect()
    }

    #[test]
    fn a_comment_names_controls_a_reason_and_a_day() {
        for (comment, expected) in [
            ("# trailwarden: ignore[CloudTrail.7] moved soon", "Place CloudTrail.7 (moved soon)"),
            ("#trailwarden:ignore[CloudTrail.7]", "Place CloudTrail.7 ()"),
            ("// TrailWarden: Ignore [cloudtrail.7]: moved soon", "Place cloudtrail.7 (moved soon)"),
            (
                "/* trailwarden: ignore[CloudTrail.2, CloudTrail.5] no key */",
                "Place CloudTrail.2+CloudTrail.5 (no key)",
            ),
            (
                "# trailwarden: ignore[CloudTrail.7] until=2027-01-31 moved soon",
                "Place CloudTrail.7 (moved soon) until 2027-01-31",
            ),
            (
                "# trailwarden: ignore[CloudTrail.7] moved until=2027-01-31",
                "Place CloudTrail.7 (moved) until 2027-01-31",
            ),
            ("# trailwarden: ignore-file[CloudTrail.4] old", "File CloudTrail.4 (old)"),
            ("/*\n * trailwarden: ignore[CloudTrail.4] old\n * more\n */", "Place CloudTrail.4 (old)"),
            ("# checkov:skip=CKV_AWS_36 trailwarden: ignore[CloudTrail.4] old", "Place CloudTrail.4 (old)"),
            (
                "# trailwarden: ignore[CloudTrail.7] x until=soon",
                "no: `soon` is no day such as 2027-01-31, so nothing is suppressed",
            ),
            ("# trailwarden: ignore[CloudTrail.7", "no: the bracket after `ignore` is not closed"),
            ("# trailwarden: ignore[ , ]", "no: the brackets name no control: write `ignore[CloudTrail.7]`"),
        ] {
            assert_eq!(said(comment), [expected], "{comment}");
        }
        for (comment, begins) in [
            ("# trailwarden ignore[CloudTrail.7] x", "no: the colon"),
            ("# TrailWarden - ignore-file [CloudTrail.7]", "no: the colon"),
            ("# trailwarden: ignore[CloudTrail.1] ignore[CloudTrail.7] x", "no: one comment has one"),
            ("# trailwarden: ignore[CloudTrail.7] x until: 2027-01-31", "no: `until:` is not understood"),
            ("# trailwarden: ignore[CloudTrail.7] until 2027-01-31 x", "no: `until` is not understood"),
            ("# trailwarden: ignore[CloudTrail.7] until = 2027-01-31", "no: `until` is not understood"),
            ("# trailwarden: ignore[CloudTrail.7] until:2027-01-31", "no: `until:2027-01-31` is not"),
            ("# trailwarden: ignore[CloudTrail.7] util=2027-01-31", "no: `util=2027-01-31` is not"),
            ("# trailwarden: ignore[CloudTrail.7] Until=2027-01-31", "no: `Until=2027-01-31` is not"),
            ("# trailwarden: ignore[CloudTrail.7] untli=2027", "no: `untli=2027` is not"),
            ("/*\n trailwarden: ignore[CloudTrail.7] x\n until=2027-01-31\n*/", "no: `until=` stands on another line"),
            ("# trailwarden: ignore[CloudTrail.7] expires 2027-01-31", "no: `expires` is not"),
            ("# trailwarden: ingore[CloudTrail.7]", "no: `ingore`"),
            ("# trailwarden: ignore CloudTrail.7", "no: no suppression"),
        ] {
            assert!(said(comment)[0].starts_with(begins), "{comment}: {:?}", said(comment));
        }
        for comment in
            ["# nothing for trailwarden here", "# trailwarden ignores [x]", "# trailwarden does not ignore[] this"]
        {
            assert_eq!(said(comment), Vec::<String>::new(), "{comment}");
        }
        let until = "# trailwarden: ignore[CloudTrail.7] kept until the audit of 2027";
        assert_eq!(said(until), ["Place CloudTrail.7 (kept until the audit of 2027)"]);
        let both = "# trailwarden: ignore[CloudTrail.1] a trailwarden: ignore[CloudTrail.2] b";
        assert_eq!(said(both), ["Place CloudTrail.1 (a)", "Place CloudTrail.2 (b)"]);
    }
}
