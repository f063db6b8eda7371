//! Problem matchers for `line` output, made from the one pattern that stands beside that format.
//!
//! GitHub knows two levels and annotates nothing for a third, so its matcher leaves `info` lines alone.
//!
//! <https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md>
//! <https://code.visualstudio.com/docs/debugtest/tasks#_defining-a-problem-matcher>

use serde_json::{Value, json};

use super::line::pattern;

/// Who reads the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// A GitHub workflow.
    Github,
    /// A VS Code task.
    VsCode,
}

/// The matcher, as the JSON its reader wants.
#[must_use]
pub fn problem_matcher(editor: Editor) -> String {
    let pattern = |levels: &[&str]| {
        json!({
            "regexp": pattern(levels), "file": 1, "line": 2, "column": 3, "severity": 4, "code": 5, "message": 6,
        })
    };
    let matcher: Value = match editor {
        Editor::Github => json!({
            "problemMatcher": [{ "owner": "trailwarden", "pattern": [pattern(&["error", "warning"])] }],
        }),
        Editor::VsCode => json!({
            "owner": "trailwarden",
            "source": "trailwarden",
            "fileLocation": ["relative", "${workspaceFolder}"],
            "pattern": pattern(&["error", "warning", "info"]),
        }),
    };
    format!("{matcher:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_gets_the_levels_it_knows() {
        for (editor, levels) in [(Editor::Github, "(error|warning)"), (Editor::VsCode, "(error|warning|info)")] {
            let matcher: Value = serde_json::from_str(&problem_matcher(editor)).unwrap();
            let pattern = matcher.pointer("/problemMatcher/0/pattern/0").or(matcher.get("pattern")).unwrap();
            assert!(pattern["regexp"].as_str().unwrap().contains(levels), "{editor:?}: {pattern}");
        }
    }
}
