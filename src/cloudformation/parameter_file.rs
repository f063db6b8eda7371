//! Files with values for parameters, in every shape that AWS's tools read:
//!
//! * `aws cloudformation create-stack`: a list of `{ParameterKey, ParameterValue}`, alone or under `Parameters`
//!   (<https://docs.aws.amazon.com/cli/latest/reference/cloudformation/create-stack.html>);
//! * `aws cloudformation deploy --parameter-overrides`: `["Name=Value"]`, a map, or words `Name=Value`
//!   (<https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/index.html>);
//! * `CodePipeline`'s template configuration: `{"Parameters": {…}}`
//!   (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html>);
//! * SAM's `samconfig.toml` or `.yaml`, one environment of it
//!   (<https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html>).

use std::path::Path;

use crate::source::{SourceFile, Sources, Span};
use crate::syntax::{Entry, Node, NodeKind, Parsed, ProblemSeverity, toml};

use super::given::GivenValue;
use super::template::{long_form, parse};
use super::text;

/// The environment that SAM takes where nobody chooses one.
const DEFAULT_ENVIRONMENT: &str = "default";
/// What `sam deploy` reads, the more particular first.
const COMMANDS: [&str; 2] = ["deploy", "global"];

/// The values in a file; of a samconfig file those of `environment`.
///
/// # Errors
/// One sentence that begins with the place: the file cannot be read or parsed, or has another shape.
pub fn read(sources: &Sources, path: &Path, environment: Option<&str>) -> Result<Vec<GivenValue>, String> {
    let file = sources.read(path).map_err(|error| format!("{}: {}", error.path, error.message))?;
    let source = sources.file(file);
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let parsed = if is_toml { toml::parse(file, &source.text) } else { parse(&source, file).0 };
    document(parsed, is_toml, environment.unwrap_or(DEFAULT_ENVIRONMENT))
        .map_err(|Refused { message, span }| format!("{}: {message}", place(&source, span)))
}

/// Why a file gives no values.
struct Refused {
    message: String,
    span: Option<Span>,
}

fn place(source: &SourceFile, span: Option<Span>) -> String {
    let position = span.map(|span| source.lines.position(span.start as usize, &source.text));
    position.map_or_else(|| source.path.clone(), |at| format!("{}:{}:{}", source.path, at.line, at.column))
}

fn document(parsed: Parsed, is_toml: bool, environment: &str) -> Result<Vec<GivenValue>, Refused> {
    if let Some(problem) = parsed.problems.into_iter().find(|problem| problem.severity == ProblemSeverity::Lost) {
        return Err(Refused { message: problem.message, span: Some(problem.span) });
    }
    let Some(document) = parsed.documents.into_iter().next().map(long_form) else {
        return Err(Refused { message: "holds no parameters".to_owned(), span: None });
    };
    if is_toml || is_samconfig(&document) {
        return samconfig(&document, environment);
    }
    let inner = document.get("Parameters").unwrap_or(&document);
    values(inner).map_err(|span| Refused {
        message:
            "holds no parameters in a shape that AWS's tools read: write a list of {ParameterKey, ParameterValue}, \
                  {\"Parameters\": {\"Name\": \"Value\"}}, a map of names to values, a list of \"Name=Value\", or a \
                  samconfig file"
                .to_owned(),
        span: Some(span),
    })
}

/// The values in one of the shapes.
///
/// # Errors
/// The place that has none of them.
fn values(node: &Node) -> Result<Vec<GivenValue>, Span> {
    match &node.kind {
        NodeKind::Sequence(items) => {
            // `UsePreviousValue: false` without a value says nothing.
            let says_something = |item: &&Node| {
                let previous = item.get("UsePreviousValue");
                previous.is_none() || item.get("ParameterValue").is_some() || previous.is_some_and(is_true)
            };
            items.iter().filter(says_something).map(|item| read_item(item).ok_or(item.span)).collect()
        }
        NodeKind::Mapping(entries) => entries.iter().map(|entry| read_entry(entry).ok_or(entry.value.span)).collect(),
        NodeKind::Scalar(scalar) => {
            let words = words(&scalar.text);
            let given = words.iter().map(|word| override_of(word, node.span).ok_or(node.span));
            if words.is_empty() { Err(node.span) } else { given.collect() }
        }
    }
}

fn read_item(item: &Node) -> Option<GivenValue> {
    match item.text() {
        // A word of its own may hold blanks without quotes.
        Some(text) if !text.contains(['"', '\'']) => override_of(text, item.span),
        Some(text) => override_of(&words(text).join(" "), item.span),
        None => {
            let name = item.get("ParameterKey")?.text()?.to_owned();
            match (item.get("ParameterValue"), item.get("UsePreviousValue")) {
                (Some(value), _) => Some(GivenValue { name, text: Some(read_value(value)?), span: Some(value.span) }),
                (None, Some(_)) => Some(GivenValue { name, text: None, span: Some(item.span) }),
                (None, None) => None,
            }
        }
    }
}

fn is_true(node: &Node) -> bool {
    plain_text(node).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn read_entry(entry: &Entry) -> Option<GivenValue> {
    let name = entry.key.text()?.to_owned();
    Some(GivenValue { name, text: Some(read_value(&entry.value)?), span: Some(entry.value.span) })
}

/// A scalar as text, or a list of scalars with commas between them.
fn read_value(node: &Node) -> Option<String> {
    match node.items() {
        Some(items) => Some(items.iter().map(plain_text).collect::<Option<Vec<_>>>()?.join(",")),
        None => plain_text(node),
    }
}

/// The text of a scalar as CloudFormation takes it where a text is wanted: `yes` is `true`.
pub fn plain_text(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Scalar(scalar) => match text::scalar(scalar, node.span).as_bool() {
            Some(value) => Some(value.to_string()),
            None => Some(scalar.text.clone()),
        },
        _ => None,
    }
}

/// `Name=Value` or `ParameterKey=Name,ParameterValue=Value`.
fn override_of(word: &str, span: Span) -> Option<GivenValue> {
    let long = word.strip_prefix("ParameterKey=").and_then(|rest| rest.split_once(",ParameterValue="));
    let (name, text) = long.or_else(|| word.split_once('='))?;
    let name = name.trim();
    (!name.is_empty()).then(|| GivenValue { name: name.to_owned(), text: Some(text.to_owned()), span: Some(span) })
}

/// The words of a text, as a shell cuts them: quotes hold blanks, a backslash keeps the next character.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', _) => word.get_or_insert_default().extend(characters.next()),
            (mark, Some(open)) if mark == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (blank, None) if blank.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// Whether the document is laid out like `{environment: {command: {parameters: …}}}`.
fn is_samconfig(document: &Node) -> bool {
    document.entries().iter().any(|entry| commands(&entry.value).next().is_some())
}

/// The parameters of the commands of an environment.
fn commands(environment: &Node) -> impl Iterator<Item = &Node> {
    COMMANDS.into_iter().filter_map(|command| environment.get(command)?.get("parameters"))
}

fn samconfig(document: &Node, wanted: &str) -> Result<Vec<GivenValue>, Refused> {
    let refused = |message: String, span| Refused { message, span: Some(span) };
    let Some(environment) = document.get(wanted) else {
        let tables = document.entries().iter().filter(|entry| !entry.value.entries().is_empty());
        let names: Vec<&str> = tables.filter_map(|entry| entry.key.text()).collect();
        let others = if names.is_empty() { String::new() } else { format!("; there is {}", names.join(", ")) };
        let message = format!("has no environment `{wanted}`{others} (choose one with --config-env)");
        return Err(refused(message, document.span));
    };
    let Some(overrides) = commands(environment).find_map(|parameters| parameters.get("parameter_overrides")) else {
        return Ok(Vec::new());
    };
    values(overrides).map_err(|span| {
        let message = "parameter_overrides is neither a text of Name=Value nor a list of such texts";
        refused(message.to_owned(), span)
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// The values in a file of this name, as `Name=Value` with the text they point at.
    fn given(name: &str, text: &str, environment: Option<&str>) -> Result<String, String> {
        let directory = PathBuf::from("/project");
        let sources = Sources::new(directory.clone(), directory);
        sources.add(name, text.to_owned());
        let values = read(&sources, Path::new(name), environment)?;
        let shown =
            values.iter().map(|value| format!("{}={}", value.name, value.text.as_deref().unwrap_or("(previous)")));
        Ok(shown.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn what_keeps_its_previous_value_has_one_that_is_not_known() {
        let text = "- {ParameterKey: A, UsePreviousValue: true}\n- {ParameterKey: B, UsePreviousValue: false}\n\
                    - {ParameterKey: C, ParameterValue: c, UsePreviousValue: false}\n";
        assert_eq!(given("p.yaml", text, None), Ok("A=(previous); C=c".to_owned()));
    }

    #[test]
    fn every_shape_gives_the_same_values() {
        let expected = "Env=prod; Zones=a,b".to_owned();
        for (name, text) in [
            (
                "p.json",
                r#"[{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Zones", "ParameterValue": "a,b"}]"#,
            ),
            (
                "p.json",
                r#"{"StackName": "s", "Parameters": [{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Zones", "ParameterValue": "a,b"}]}"#,
            ),
            ("p.json", r#"{"Parameters": {"Env": "prod", "Zones": "a,b"}, "Tags": {"a": "b"}}"#),
            ("p.json", r#"{"Env": "prod", "Zones": ["a", "b"]}"#),
            ("p.json", r#"["Env=prod", "Zones=a,b"]"#),
            ("p.yaml", "Env: prod\nZones: [a, b]\n"),
            ("p.yaml", "Parameters:\n  Env: prod\n  Zones: a,b\n"),
            (
                "p.yaml",
                "- ParameterKey: Env\n  ParameterValue: prod\n- {ParameterKey: Zones, ParameterValue: 'a,b'}\n- {ParameterKey: Old, UsePreviousValue: false}\n",
            ),
            ("p.env", "Env=prod\nZones=\"a,b\"\n"),
            (
                "samconfig.toml",
                "version = 0.1\n[default.deploy.parameters]\nstack_name = 's'\nparameter_overrides = \"Env=\\\"prod\\\" Zones=a,b\"\n",
            ),
            (
                "samconfig.toml",
                "[default.global.parameters]\nparameter_overrides = [\"ParameterKey=Env,ParameterValue=prod\", \"Zones='a,b'\"]\n",
            ),
            (
                "samconfig.yaml",
                "version: 0.1\ndefault:\n  deploy:\n    parameters:\n      parameter_overrides: [Env=prod, 'Zones=a,b']\n",
            ),
        ] {
            assert_eq!(given(name, text, None), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn quotes_and_backslashes_keep_blanks_and_quotes() {
        let given = |text: &str| given("p.txt", &format!("'{}'", text.replace('\'', "''")), None);
        assert_eq!(given(r#"A="b c" D=e\ f"#), Ok("A=b c; D=e f".to_owned()));
        assert_eq!(given(r#"A="say \"x\"" B=''"#), Ok("A=say \"x\"; B=".to_owned()));
        assert_eq!(given("A=b=c"), Ok("A=b=c".to_owned()));
    }

    #[test]
    fn an_environment_of_samconfig_is_chosen() {
        let text = "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = \"Env=dev\"\n[prod.deploy.parameters]\nparameter_overrides = \"Env=prod\"\n[bare.build.parameters]\ncached = true\n";
        assert_eq!(given("samconfig.toml", text, None), Ok("Env=dev".to_owned()));
        assert_eq!(given("samconfig.toml", text, Some("prod")), Ok("Env=prod".to_owned()));
        assert_eq!(given("samconfig.toml", text, Some("bare")), Ok(String::new()));
        let error = given("samconfig.toml", text, Some("staging")).unwrap_err();
        let expected = "samconfig.toml:1:1: has no environment `staging`; there is default, prod, bare (choose one with \
                        --config-env)";
        assert_eq!(error, expected);
    }

    #[test]
    fn another_shape_is_an_error_with_its_place() {
        for (name, text, place) in [
            ("p.json", "{\"a\": {\"b\": 1}}", "p.json:1:7: holds no parameters in a shape"),
            ("p.json", "[{\"Key\": \"a\"}]", "p.json:1:2: holds no parameters in a shape"),
            ("p.json", "{\"Parameters\": [1]}", "p.json:1:17: holds no parameters in a shape"),
            ("p.yaml", "just words", "p.yaml:1:1: holds no parameters in a shape"),
            ("p.json", "{\"a\": ", "p.json:1:"),
            ("p.yaml", "", "p.yaml: holds no parameters"),
            ("p.toml", "a = [", "p.toml:1:"),
            (
                "samconfig.toml",
                "[default.deploy.parameters]\nparameter_overrides = 5\n",
                "samconfig.toml:2:23: parameter_overrides",
            ),
        ] {
            let error = given(name, text, None).unwrap_err();
            assert!(error.starts_with(place), "{text}: {error}");
        }
    }
}
