//! Times in RFC 3339 and durations as Go writes them.

use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, TimeDelta, Timelike};

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use crate::terraform::unknown::Outcome;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    function("formatdate", &[P::Text, P::Text], Outcome::Set, format_date),
    function("timeadd", &[P::Text, P::Text], Outcome::Set, add),
    function("timecmp", &[P::Text, P::Text], Outcome::Number, compare),
];

fn time(arguments: &Arguments, index: usize) -> Result<DateTime<FixedOffset>, Trouble> {
    let text = arguments.text(index)?;
    // Unlike the crate, Terraform wants capital letters and no blank between date and time.
    let written = !text.contains(['t', 'z', ' ']);
    let time = DateTime::parse_from_rfc3339(text).ok().filter(|time| written && !is_leap(time));
    time.ok_or_else(|| format!("\"{text}\" is no time in RFC 3339").into())
}

/// Whether it is a leap second, which Go's times have none of.
pub(super) fn is_leap(time: &DateTime<FixedOffset>) -> bool {
    time.nanosecond() >= 1_000_000_000
}

fn add(arguments: &Arguments) -> Answer {
    let (time, duration) = (time(arguments, 0)?, arguments.text(1)?);
    let nanoseconds = duration_of(duration).ok_or_else(|| format!("\"{duration}\" is no duration"))?;
    let sum = time.checked_add_signed(TimeDelta::nanoseconds(nanoseconds)).ok_or("the time is out of range")?;
    // The crate writes a sign before a year of five digits.
    let written = sum.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(Value::text(written.trim_start_matches('+'), arguments.origin()))
}

fn compare(arguments: &Arguments) -> Answer {
    let order = time(arguments, 0)?.cmp(&time(arguments, 1)?);
    Ok(Value::number(order as i64, arguments.origin()))
}

/// The nanoseconds of a duration such as `-1h30m` or `1.5h`.
fn duration_of(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0_i128;
    while let Some((number, unit, behind)) = quantity(rest) {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let length: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        if number.len() > 30 || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(digits.checked_mul(length)? / scale)?;
        rest = behind;
    }
    let parsed = !text.is_empty() && rest.is_empty() && text.ends_with(char::is_alphabetic);
    i64::try_from(total).ok().filter(|_| parsed).map(|total| total * sign)
}

/// A number, its unit, and what follows.
fn quantity(text: &str) -> Option<(&str, &str, &str)> {
    let is_digit = |character: char| character.is_ascii_digit() || character == '.';
    let (number, rest) = text.split_at_checked(text.find(|character| !is_digit(character))?)?;
    let (unit, behind) = rest.split_at_checked(rest.find(is_digit).unwrap_or(rest.len()))?;
    (!number.is_empty()).then_some((number, unit, behind))
}

/// A pattern of Terraform's own: runs of one letter are fields, the rest stands for itself.
fn format_date(arguments: &Arguments) -> Answer {
    let (pattern, time) = (arguments.text(0)?, time(arguments, 1)?);
    let mut formatted = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("''") {
            formatted.push('\'');
            rest = behind;
            continue;
        }
        if first == '\'' {
            rest = quoted(rest, &mut formatted).ok_or("a quoted text has no end")?;
            continue;
        }
        let length = rest.find(|character| character != first).unwrap_or(rest.len());
        let (run, behind) = rest.split_at_checked(length).ok_or(Trouble::Unknown)?;
        formatted.push_str(&if first.is_ascii_alphabetic() {
            field(run, &time).ok_or_else(|| format!("\"{run}\" is not a field of a date"))?
        } else {
            run.to_owned()
        });
        rest = behind;
    }
    Ok(Value::text(formatted, arguments.origin()))
}

/// A text in single quotes, in which two quotes are one; what follows it, or nothing if it has no end.
fn quoted<'t>(text: &'t str, formatted: &mut String) -> Option<&'t str> {
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let (inside, behind) = rest.split_once('\'')?;
        formatted.push_str(inside);
        match behind.strip_prefix('\'') {
            Some(_) => formatted.push('\''),
            None => return Some(behind),
        }
        rest = behind.strip_prefix('\'').unwrap_or(behind);
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn field(run: &str, time: &DateTime<FixedOffset>) -> Option<String> {
    let month = || MONTHS.get(time.month0() as usize).copied();
    let day = || DAYS.get(time.weekday().num_days_from_sunday() as usize).copied();
    let short = |name: &str| name.get(..3).map(str::to_owned);
    let offset = time.offset().local_minus_utc();
    let zone = |colon: &str| {
        let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    };
    Some(match run {
        "YYYY" => format!("{:04}", time.year()),
        "YY" => format!("{:02}", time.year().rem_euclid(100)),
        "MMMM" => month()?.to_owned(),
        "MMM" => short(month()?)?,
        "MM" => format!("{:02}", time.month()),
        "M" => time.month().to_string(),
        "DD" => format!("{:02}", time.day()),
        "D" => time.day().to_string(),
        "EEEE" => day()?.to_owned(),
        "EEE" => short(day()?)?,
        "hh" => format!("{:02}", time.hour()),
        "h" => time.hour().to_string(),
        "HH" => format!("{:02}", time.hour12().1),
        "H" => time.hour12().1.to_string(),
        "AA" => if time.hour12().0 { "PM" } else { "AM" }.to_owned(),
        "aa" => if time.hour12().0 { "pm" } else { "am" }.to_owned(),
        "mm" => format!("{:02}", time.minute()),
        "m" => time.minute().to_string(),
        "ss" => format!("{:02}", time.second()),
        "s" => time.second().to_string(),
        "ZZZ" if offset == 0 => "UTC".to_owned(),
        "Z" if offset == 0 => "Z".to_owned(),
        "ZZZ" | "ZZZZ" => zone(""),
        "Z" | "ZZZZZ" => zone(":"),
        _ => return None,
    })
}
