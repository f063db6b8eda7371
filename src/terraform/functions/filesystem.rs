//! Paths, and files by way of the [`super::Host`].

use globset::{GlobBuilder, GlobMatcher};

use super::NoText;
use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use crate::terraform::types::{Type, convert, set};
use crate::terraform::unknown::Outcome;
use crate::value::{Data, Text, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abspath", &[P::Text], Outcome::Set, absolute),
    function("basename", &[P::Text], Outcome::Set, base_name),
    function("dirname", &[P::Text], Outcome::Set, directory_name),
    function("file", &[P::Text], Outcome::Open, file),
    function("fileexists", &[P::Text], Outcome::Bool, exists),
    function("filebase64", &[P::Text], Outcome::Open, file_base64),
    function("fileset", &[P::Text, P::Text], Outcome::Open, file_set),
    function("pathexpand", &[P::Text], Outcome::Set, expand),
    function("templatefile", &[P::Text, P::Any], Outcome::Open, template_file),
    function("templatestring", &[P::Text, P::Any], Outcome::Open, template_string),
];

/// The text of the file that the first argument names.
pub(super) fn read(arguments: &Arguments) -> Result<Text, Trouble> {
    let path = arguments.text(0)?;
    arguments.call.host.read(path).map_err(|none| match none {
        NoText::Missing(problem) => Trouble::Refused(format!("{path} {problem}")),
        NoText::Unreadable(problem) => Trouble::Broken(format!("{path} {problem}")),
    })
}

fn file(arguments: &Arguments) -> Answer {
    Ok(Value::new(Data::Text(read(arguments)?), arguments.origin()))
}

fn file_base64(arguments: &Arguments) -> Answer {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(read(arguments)?.to_string());
    Ok(Value::text(encoded, arguments.origin()))
}

fn exists(arguments: &Arguments) -> Answer {
    let path = arguments.text(0)?;
    let exists = arguments.call.host.exists(path).map_err(|problem| Trouble::Broken(format!("{path} {problem}")))?;
    Ok(Value::bool(exists, arguments.origin()))
}

fn file_set(arguments: &Arguments) -> Answer {
    let (directory, pattern) = (arguments.text(0)?, arguments.text(1)?);
    let pattern = clean(pattern);
    let glob = glob(&pattern).ok_or("the pattern is not a file pattern")?;
    let broken = |path: &str, problem: &str| Trouble::Broken(format!("{path} {problem}"));
    let listed = arguments.call.host.list(directory).map_err(|problem| broken(directory, &problem))?;
    let mut files = Vec::new();
    for (path, is_read) in listed {
        match is_read {
            Err(problem) if glob.is_match(&path) || may_match_below(&pattern, &path) => {
                return Err(broken(&path, &problem));
            }
            Ok(()) if glob.is_match(&path) => files.push(Value::text(path, arguments.origin())),
            _ => {}
        }
    }
    Ok(set(files, arguments.origin()))
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    Some(GlobBuilder::new(pattern).literal_separator(true).build().ok()?.compile_matcher())
}

/// Whether a pattern may match a file below a directory with this path.
fn may_match_below(pattern: &str, path: &str) -> bool {
    let mut steps = pattern.split('/');
    for name in path.split('/') {
        match steps.next() {
            Some("**") => return true,
            Some(step) if glob(step).is_some_and(|glob| glob.is_match(name)) => {}
            _ => return false,
        }
    }
    steps.next().is_some()
}

fn template_file(arguments: &Arguments) -> Answer {
    let variables = arguments.entries(1)?;
    Ok(arguments.call.host.render(&read(arguments)?, variables, arguments.call))
}

fn template_string(arguments: &Arguments) -> Answer {
    let Data::Text(template) = &arguments.known(0)?.data else { return Err(Trouble::Unknown) };
    let value = arguments.call.host.render(template, arguments.entries(1)?, arguments.call);
    Ok(convert(value, &Type::String, arguments.world()))
}

fn absolute(arguments: &Arguments) -> Answer {
    let path = arguments.text(0)?;
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", arguments.call.host.root_directory())
    };
    Ok(Value::text(clean(&path), arguments.origin()))
}

fn base_name(arguments: &Arguments) -> Answer {
    let path = arguments.text(0)?;
    let trimmed = path.trim_end_matches('/');
    let name = match (path, trimmed) {
        ("", _) => ".",
        (_, "") => "/",
        (_, trimmed) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    };
    Ok(Value::text(name, arguments.origin()))
}

fn directory_name(arguments: &Arguments) -> Answer {
    let path = arguments.text(0)?;
    let directory = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default();
    Ok(Value::text(clean(directory), arguments.origin()))
}

/// The home directory is not the project's, so a path in it is not known.
fn expand(arguments: &Arguments) -> Answer {
    match arguments.text(0)? {
        path if path == "~" || path.starts_with("~/") => Err(Trouble::Broken(format!("{path} is outside the project"))),
        path if path.starts_with('~') => Err("the home directory of another user cannot be expanded".into()),
        path => Ok(Value::text(path, arguments.origin())),
    }
}

/// The shortest path that is the same by its text alone, as Go's `path.Clean` makes it.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            ".." if rooted => {}
            step => steps.push(step),
        }
    }
    match (rooted, steps.is_empty()) {
        (true, _) => format!("/{}", steps.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => steps.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::may_match_below;

    #[test]
    fn a_pattern_leads_below_a_directory_or_not() {
        for (pattern, path, expected) in [
            ("*.tf", ".terraform/providers", false),
            ("prov*.tf", "providers", false),
            ("*/*.json", "policies", true),
            ("*/*.json", "policies/link", false),
            ("policies/*", "policies", true),
            ("policies/*", "link", false),
            ("**", ".terraform/providers", true),
            ("policies/**/*.json", "policies/link", true),
            ("policies/**/*.json", "link", false),
        ] {
            assert_eq!(may_match_below(pattern, path), expected, "{pattern} below {path}");
        }
    }
}
