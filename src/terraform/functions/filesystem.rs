//! Paths, and files by way of the [`super::Host`].

use globset::GlobBuilder;

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
    let glob = GlobBuilder::new(&clean(pattern)).literal_separator(true).build();
    let glob = glob.map_err(|_| "the pattern is not a file pattern")?.compile_matcher();
    let files = arguments.call.host.list(directory);
    let files = files.map_err(|problem| Trouble::Broken(format!("{directory} {problem}")))?;
    let files = files.into_iter().filter(|file| glob.is_match(file));
    Ok(set(files.map(|file| Value::text(file, arguments.origin())).collect(), arguments.origin()))
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
