//! `yamlencode`: block style, texts in double quotes, texts of several lines as literal blocks.

use std::fmt::Write as _;

use super::arguments::{Answer, Arguments, limit_bytes, weight};
use crate::terraform::unknown::{Outcome, derive};
use crate::value::{Data, Value, encoded_name};

/// Where a long text in quotes is broken.
const WIDTH: usize = 80;

pub(super) fn encode(arguments: &Arguments) -> Answer {
    let value = arguments.forced(0);
    if let Some(obstacle) = value.obstacle() {
        let name = format!("yamlencode({})", encoded_name(&value));
        return Ok(derive(name, obstacle, Outcome::Set, arguments.world(), arguments.origin()));
    }
    limit_bytes(weight(&value))?;
    let mut yaml = String::new();
    write(&value, 0, &mut yaml);
    // A plain scalar as a whole document is closed, so that nothing can be appended to it.
    if matches!(value.data, Data::Null | Data::Bool(_) | Data::Number(_)) {
        yaml.push_str("...\n");
    }
    Ok(Value::text(yaml, arguments.origin()))
}

/// The value where a line has been begun and what stands in it so far ends with a blank, or nothing stands in it.
fn write(value: &Value, indent: usize, yaml: &mut String) {
    match &value.data {
        Data::Bool(known) => _ = writeln!(yaml, "{known}"),
        Data::Number(known) => _ = writeln!(yaml, "{known}"),
        Data::Text(text) => write_text(text.as_literal().unwrap_or_default(), indent, yaml),
        Data::List(_, items) if items.is_empty() => yaml.push_str("[]\n"),
        Data::List(_, items) => {
            for (index, item) in items.iter().enumerate() {
                begin_line(index, indent, yaml);
                yaml.push_str("- ");
                write(item, indent + 2, yaml);
            }
        }
        Data::Map(_, entries) if entries.is_empty() => yaml.push_str("{}\n"),
        Data::Map(_, entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for (index, (key, entry)) in entries.into_iter().enumerate() {
                begin_line(index, indent, yaml);
                write_key(key, indent, yaml);
                write_entry(entry, indent, yaml);
            }
        }
        _ => yaml.push_str("null\n"),
    }
}

fn begin_line(index: usize, indent: usize, yaml: &mut String) {
    if index > 0 {
        yaml.push_str(&" ".repeat(indent));
    }
}

fn write_key(key: &str, indent: usize, yaml: &mut String) {
    if is_block(key) {
        yaml.push_str("? ");
        write_block(key, indent + 2, yaml);
        yaml.push_str(&" ".repeat(indent));
    } else {
        write_quoted(key, indent, usize::MAX, yaml);
    }
    yaml.push(':');
}

/// A collection begins on a line of its own; a list in a map is not indented further.
fn write_entry(entry: &Value, indent: usize, yaml: &mut String) {
    let inner = match &entry.data {
        Data::List(_, items) if !items.is_empty() => indent,
        Data::Map(_, entries) if !entries.is_empty() => indent + 2,
        _ => {
            yaml.push(' ');
            return write(entry, indent + 2, yaml);
        }
    };
    yaml.push('\n');
    yaml.push_str(&" ".repeat(inner));
    write(entry, inner, yaml);
}

fn write_text(text: &str, indent: usize, yaml: &mut String) {
    if is_block(text) {
        write_block(text, indent.max(2), yaml);
    } else {
        write_quoted(text, indent.max(2), WIDTH, yaml);
        yaml.push('\n');
    }
}

/// Whether a text is written as a literal block: several lines of nothing but printable characters, and no blank that
/// a reader would not see.
fn is_block(text: &str) -> bool {
    let hidden = text.contains(" \n") || text.ends_with(' ');
    text.contains('\n') && !hidden && text.chars().all(|character| character == '\n' || is_printable(character))
}

fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}')
}

fn write_block(text: &str, indent: usize, yaml: &mut String) {
    yaml.push('|');
    if text.starts_with([' ', '\n']) {
        yaml.push('2');
    }
    if !text.ends_with('\n') {
        yaml.push('-');
    } else if text == "\n" || text.ends_with("\n\n") {
        yaml.push('+');
    }
    yaml.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            yaml.push_str(&" ".repeat(indent));
            yaml.push_str(line);
        }
        yaml.push('\n');
    }
}

fn write_quoted(text: &str, indent: usize, width: usize, yaml: &mut String) {
    let mut column = yaml.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    yaml.push('"');
    let characters: Vec<char> = text.chars().collect();
    let mut after_blank = false;
    for (index, character) in characters.iter().enumerate() {
        let inside = index > 0 && index + 1 < characters.len();
        if *character == ' ' && column > width && !after_blank && inside {
            yaml.push('\n');
            yaml.push_str(&" ".repeat(indent));
            column = indent;
            if characters.get(index + 1) == Some(&' ') {
                yaml.push('\\');
                column += 1;
            }
            after_blank = true;
            continue;
        }
        let written = escape(*character);
        column += written.chars().count();
        yaml.push_str(&written);
        after_blank = *character == ' ';
    }
    yaml.push('"');
}

fn escape(character: char) -> String {
    match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\0' => "\\0".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        printable if is_printable(printable) => printable.to_string(),
        other => match u32::from(other) {
            code @ ..=0xff => format!("\\x{code:02X}"),
            code @ ..=0xffff => format!("\\u{code:04X}"),
            code => format!("\\U{code:08X}"),
        },
    }
}
