//! `yamlencode`: block style, texts in double quotes, texts of several lines as literal blocks. What is not known stands in
//! the text as a part, as JSON has it, which is YAML too.

use super::arguments::{Answer, Arguments, Trouble, limit_bytes, weight};
use crate::source::{Places, Span};
use crate::terraform::unknown;
use crate::value::{Data, Part, Text, Value, written_as_json};

/// Where a long text in quotes is broken.
const WIDTH: usize = 80;

pub(super) fn encode(arguments: &Arguments) -> Answer {
    let value = arguments.forced(0);
    limit_bytes(weight(&value))?;
    let mut trouble = None;
    value.visit(&mut |part| match &part.data {
        Data::Failed(failure) => trouble = Some(failure.message.clone().into()),
        Data::Object(..) => trouble = Some(Trouble::Unknown),
        _ => {}
    });
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    let key = |key: &str| unknown::parts(arguments.call.host.key(key, arguments.origin()));
    let mut yaml = Yaml { parts: Vec::new(), line: String::new(), bytes: 0, places: Vec::new(), key: &key };
    yaml.value(&value, 0);
    // A plain scalar as a whole document is closed, so that nothing can be appended to it.
    if matches!(value.data, Data::Null | Data::Bool(_) | Data::Number(_)) {
        yaml.push("...\n");
    }
    let text = Text::join(yaml.parts).written(Places::of_bytes(yaml.places));
    Ok(Value::new(Data::Text(text), arguments.origin()))
}

/// YAML while it is written.
struct Yaml<'k> {
    parts: Vec<Part>,
    /// What is known of the line that is written.
    line: String,
    /// How many bytes are written.
    bytes: usize,
    /// Where values begin, and where they were written.
    places: Vec<(usize, Span)>,
    key: &'k dyn Fn(&str) -> Vec<Part>,
}

impl Yaml<'_> {
    fn push(&mut self, text: &str) {
        match text.rsplit_once('\n') {
            Some((_, line)) => line.clone_into(&mut self.line),
            None => self.line.push_str(text),
        }
        self.bytes += text.len();
        self.parts.push(Part::Literal(text.to_owned()));
    }

    /// The value where a line has been begun and what stands in it so far ends with a blank, or nothing stands in it.
    fn value(&mut self, value: &Value, indent: usize) {
        let before = self.places.len();
        self.places.extend(value.origin.nearest().map(|place| (self.bytes, place)));
        match &value.data {
            Data::Bool(known) => self.push(&format!("{known}\n")),
            Data::Number(known) => self.push(&format!("{known}\n")),
            Data::Null => self.push("null\n"),
            Data::Text(text) => self.text(text, indent),
            Data::List(_, items) if items.is_empty() => self.push("[]\n"),
            Data::List(_, items) => {
                for (index, item) in items.iter().enumerate() {
                    self.begin_line(index, indent);
                    self.push("- ");
                    self.value(item, indent + 2);
                }
            }
            Data::Map(_, entries) if entries.is_empty() => self.push("{}\n"),
            Data::Map(_, entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                for (index, (key, entry)) in entries.into_iter().enumerate() {
                    self.begin_line(index, indent);
                    self.key(key, indent);
                    self.entry(entry, indent);
                }
            }
            Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) | Data::Object(..) => {
                // What has no byte has no place but its own.
                self.places.truncate(before);
                self.parts.push(written_as_json(value));
                self.push("\n");
            }
        }
    }

    fn begin_line(&mut self, index: usize, indent: usize) {
        if index > 0 {
            self.push(&" ".repeat(indent));
        }
    }

    fn key(&mut self, key: &str, indent: usize) {
        let parts = (self.key)(key);
        if !matches!(parts.as_slice(), [] | [Part::Literal(_)]) {
            self.quoted_parts(&parts, indent);
        } else if is_block(key) {
            self.push("? ");
            self.block(key, indent + 2);
            self.push(&" ".repeat(indent));
        } else {
            self.quoted(key, indent, usize::MAX);
        }
        self.push(":");
    }

    /// A collection begins on a line of its own; a list in a map is not indented further.
    fn entry(&mut self, entry: &Value, indent: usize) {
        let inner = match &entry.data {
            Data::List(_, items) if !items.is_empty() => indent,
            Data::Map(_, entries) if !entries.is_empty() => indent + 2,
            _ => {
                self.push(" ");
                return self.value(entry, indent + 2);
            }
        };
        self.push("\n");
        self.push(&" ".repeat(inner));
        self.value(entry, inner);
    }

    fn text(&mut self, text: &Text, indent: usize) {
        match text.as_literal() {
            Some(text) if is_block(text) => return self.block(text, indent.max(2)),
            Some(text) => self.quoted(text, indent.max(2), WIDTH),
            None => self.quoted_parts(text.parts(), indent.max(2)),
        }
        self.push("\n");
    }

    fn block(&mut self, text: &str, indent: usize) {
        self.push("|");
        if text.starts_with([' ', '\n']) {
            self.push("2");
        }
        if !text.ends_with('\n') {
            self.push("-");
        } else if text == "\n" || text.ends_with("\n\n") {
            self.push("+");
        }
        self.push("\n");
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.push(&" ".repeat(indent));
                self.push(line);
            }
            self.push("\n");
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, width: usize) {
        self.push("\"");
        let written = escaped(text, self.line.chars().count(), indent, width);
        self.push(&written);
        self.push("\"");
    }

    /// A text in quotes, its unknown parts as they are. Where it would be broken is not known, and changes nothing of it.
    fn quoted_parts(&mut self, text: &[Part], indent: usize) {
        self.push("\"");
        for part in text {
            match part {
                Part::Literal(text) => self.push(&escaped(text, 0, indent, usize::MAX)),
                other => self.parts.push(other.clone()),
            }
        }
        self.push("\"");
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

/// A text as it stands in quotes from this column on, broken at blanks behind the width.
fn escaped(text: &str, mut column: usize, indent: usize, width: usize) -> String {
    let mut yaml = String::new();
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
    yaml
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
