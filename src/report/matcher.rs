//! Problem matchers for `line` output, made from the one pattern that stands beside that format.
//!
//! <https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md>
//! <https://code.visualstudio.com/docs/debugtest/tasks#_defining-a-problem-matcher>

use serde_json::{Value, json};

use super::line::PATTERN;

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
    let pattern = json!({
        "regexp": PATTERN, "file": 1, "line": 2, "column": 3, "severity": 4, "code": 5, "message": 6,
    });
    let matcher: Value = match editor {
        Editor::Github => json!({ "problemMatcher": [{ "owner": "trailwarden", "pattern": [pattern] }] }),
        Editor::VsCode => json!({
            "owner": "trailwarden",
            "source": "trailwarden",
            "fileLocation": ["relative", "${workspaceFolder}"],
            "pattern": pattern,
        }),
    };
    format!("{matcher:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_matchers_hold_the_one_pattern() {
        for editor in [Editor::Github, Editor::VsCode] {
            let matcher: Value = serde_json::from_str(&problem_matcher(editor)).unwrap();
            let pattern = matcher.pointer("/problemMatcher/0/pattern/0").or(matcher.get("pattern")).unwrap();
            assert_eq!(pattern["regexp"], PATTERN, "{editor:?}");
        }
    }
}
