//! GitHub's `primaryLocationLineHash`: a rolling hash over the hundred characters from the start of a line, blanks left
//! out, so that an alert keeps its identity when lines move. Code scanning warns about every result whose hash is not the
//! one it computes itself, so this is its algorithm exactly.
//! <https://github.com/github/codeql-action/blob/main/src/fingerprints.ts>

use std::collections::HashMap;

const BLOCK: usize = 100;
const FACTOR: u64 = 37;
const NO_LINE: usize = 0;
/// Stands for the end of the file.
const END: u16 = u16::MAX;

/// The hash of every line of `text`, with a running number where hashes repeat.
#[must_use]
pub fn line_hashes(text: &str) -> Vec<String> {
    let mut rolling = Rolling::new();
    for unit in text.encode_utf16() {
        rolling.read(unit);
    }
    rolling.read(END);
    for _ in 0..BLOCK {
        rolling.emit();
        rolling.push(0);
    }
    rolling.hashes
}

struct Rolling {
    window: [u64; BLOCK],
    /// For each slot of the window, the line that starts there.
    lines: [usize; BLOCK],
    at: usize,
    hash: u64,
    /// `FACTOR` to the power of `BLOCK`: what the oldest character is worth.
    oldest: u64,
    line: usize,
    at_line_start: bool,
    after_return: bool,
    seen: HashMap<u64, usize>,
    hashes: Vec<String>,
}

impl Rolling {
    fn new() -> Self {
        Self {
            window: [0; BLOCK],
            lines: [NO_LINE; BLOCK],
            at: 0,
            hash: 0,
            oldest: (0..BLOCK).fold(1_u64, |power, _| power.wrapping_mul(FACTOR)),
            line: 0,
            at_line_start: true,
            after_return: false,
            seen: HashMap::new(),
            hashes: Vec::new(),
        }
    }

    fn read(&mut self, unit: u16) {
        let (return_, feed) = (u16::from(b'\r'), u16::from(b'\n'));
        let blank = unit == u16::from(b' ') || unit == u16::from(b'\t');
        if blank || (self.after_return && unit == feed) {
            self.after_return = false;
            return;
        }
        self.after_return = unit == return_;
        let unit = if unit == return_ { feed } else { unit };
        self.emit();
        if self.at_line_start {
            self.at_line_start = false;
            self.line += 1;
            if let Some(slot) = self.lines.get_mut(self.at) {
                *slot = self.line;
            }
        }
        self.at_line_start = unit == feed;
        self.push(u64::from(unit));
    }

    /// The hash of the line whose first character is about to leave the window, if one is.
    fn emit(&mut self) {
        let Some(slot) = self.lines.get_mut(self.at) else { return };
        if std::mem::replace(slot, NO_LINE) != NO_LINE {
            let count = self.seen.entry(self.hash).or_default();
            *count += 1;
            self.hashes.push(format!("{:x}:{count}", self.hash));
        }
    }

    fn push(&mut self, unit: u64) {
        let Some(slot) = self.window.get_mut(self.at) else { return };
        let leaving = std::mem::replace(slot, unit);
        let shifted = self.hash.wrapping_mul(FACTOR).wrapping_add(unit);
        self.hash = shifted.wrapping_sub(self.oldest.wrapping_mul(leaving));
        self.at = (self.at + 1) % BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// The vectors of the action's own tests.
    #[test]
    fn hashes_are_github_s() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
    }
}
