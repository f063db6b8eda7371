//! What a configuration may say, what is said about a wrong one, and that the published JSON schema agrees.

use std::path::Path;

use serde_json::Value;

use super::*;

fn sources() -> Sources {
    Sources::new("/project".into(), "/project".into())
}

fn read(text: &str) -> Result<Config, String> {
    let sources = sources();
    let file = sources.add(FILE_NAME, text.to_owned());
    parse(file, &sources).map_err(|error| error.to_string())
}

/// A wrong configuration; the line with the caret; the message. (The caret's line is the one before the caret.)
const WRONG: &[(&str, &str, &str)] = &[
    ("exlude: [a]", "1:1", "there is no key `exlude`; did you mean `exclude`?"),
    ("exclude: [a]\nfail_on: high", "2:1", "there is no key `fail_on`; did you mean `fail-on`?"),
    (
        "buckets:\n  - name: b\n    location: x",
        "3:5",
        "there is no key `location`; the keys are name, public, access-logging, reason",
    ),
    ("fail-on: hihg", "1:10", "`hihg` is not one of none, low, medium, high, critical; did you mean `high`?"),
    ("strict: yes", "1:9", "expected true or false, found `yes`"),
    ("require-trail: [true]", "1:16", "expected true or false, found a list"),
    ("exclude: vendor", "1:10", "expected a list, found `vendor`"),
    ("exclude: [ok, 'a[']", "1:15", "not a glob: unclosed character class; missing ']'"),
    ("exclude: [/etc]", "1:11", "paths count from the directory of this file and stay below it"),
    ("exclude: [../x]", "1:11", "paths count from the directory of this file and stay below it"),
    ("variables: [a]", "1:12", "expected a mapping, found a list"),
    ("parameters:\n  Env: { a: b }", "2:8", "expected a string, found a mapping"),
    ("accounts:\n  - paths: [envs]", "2:5", "the key `name` is missing"),
    ("accounts:\n  - {name: a, trail: nowhere}", "2:22", "`nowhere` is not one of here, elsewhere"),
    (
        "accounts:\n  - name: a\n    s3-public-access-block: some",
        "3:29",
        "expected `all` or a list of flags, found `some`",
    ),
    (
        "accounts:\n  - name: a\n    s3-public-access-block: [block-public-acl]",
        "3:30",
        "`block-public-acl` is not one of block-public-acls, ignore-public-acls, block-public-policy, \
         restrict-public-buckets; did you mean `block-public-acls`?",
    ),
    ("buckets:\n  - name: b\n    public: true", "3:13", "expected false, read, write or read-write, found `true`"),
    ("buckets:\n  - {name: '', public: read}", "2:12", "expected a name, in which `*` stands for anything, found ``"),
    ("controls:\n  - enabled: false", "2:5", "the key `control` is missing"),
    ("controls:\n  - control: []", "2:14", "expected a control's id, found a list"),
    ("controls:\n  - control: {a: b}", "2:14", "expected a control's id or a list of them, found a mapping"),
    ("suppressions:\n  - control: CloudTrail.7", "2:5", "the key `reason` is missing"),
    (
        "suppressions:\n  - control: CloudTrail.7\n    reason: known\n    until: 2027-02-30",
        "4:12",
        "expected a day such as 2027-01-31, found `2027-02-30`",
    ),
    ("strict: true\nstrict: false", "2:1", "the key `strict` occurs twice in this mapping; the last one counts"),
    ("- exclude", "1:1", "a configuration is a mapping"),
    ("exclude", "1:1", "expected a mapping, found `exclude`"),
    ("strict: true\n---\nstrict: false", "3:1", "a configuration is one document"),
    ("exclude: [a", "1:10", "not valid YAML: unclosed bracket"),
];

#[test]
fn a_wrong_configuration_is_refused_with_a_caret() {
    for (text, place, message) in WRONG {
        let error = read(text).expect_err(text);
        let head = format!("{FILE_NAME}:{place}: {message}");
        assert!(error.starts_with(&head), "{text}\nexpected {head}\n     got {error}");
        let (line, column) = place.split_once(':').unwrap();
        let line = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
        let caret = format!("\n  {line}\n  {}^", " ".repeat(column.parse::<usize>().unwrap() - 1));
        assert!(error.ends_with(&caret), "{text}\nexpected to end with {caret}\n     got {error}");
    }
}

/// The page that documents the whole schema. Its YAML blocks are read here.
const PAGE: &str = include_str!("../../docs/configuration.md");

/// The fenced blocks of one language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn every_key_stands_in_the_page_and_the_page_is_read() {
    let whole = blocks(PAGE, "yaml");
    let config = read(whole[0]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.exclude.len(), 1);
    assert_eq!(config.fail_on, Some(FailOn::High));
    assert_eq!(config.parameters["Retention"], "30", "a scalar is taken as it is written");
    assert_eq!(config.variables["versions"], serde_json::json!({ "min": "1.10" }), "1.10 is not 1.1");
    assert_eq!(config.accounts[1].trail, Some(Whereabouts::Elsewhere));
    assert_eq!(config.accounts[0].s3_public_access_block.as_ref().map(|block| block.0.len()), Some(4));
    assert_eq!(config.buckets[0].public, Some(Openness { read: false, write: false }));
    assert_eq!(config.controls[0].control.0[1].value, "CloudTrail.7");
    assert_eq!(config.suppressions[0].until.map(|day| day.to_string()).as_deref(), Some("2027-01-31"));
    // Nothing is left out: every property of the schema occurs.
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    let mut keys: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    let nested =
        schema["$defs"].as_object().unwrap().values().filter_map(|definition| definition["properties"].as_object());
    keys.extend(nested.flat_map(|properties| properties.keys().cloned()));
    for key in keys {
        assert!(whole[0].contains(&format!("{key}:")), "docs/configuration.md does not show `{key}`");
    }
}

#[test]
fn places_are_kept_for_whoever_checks_further() {
    let sources = sources();
    let text = "suppressions:\n  - control: [CloudTrail.7, CloudTrail.8]\n    reason: x\n";
    let file = sources.add(FILE_NAME, text.to_owned());
    let mut config = parse(file, &sources).unwrap();
    let ids: Vec<String> = config.control_ids().map(|id| sources.text(id.span)).collect();
    assert_eq!(ids, ["CloudTrail.7", "CloudTrail.8"]);
    assert!(sources.text(config.suppressions[0].span).starts_with("control: [CloudTrail.7"));
    let error = ConfigError::at(config.suppressions[0].control.0[1].span, "no such control", &sources);
    assert_eq!(
        error.to_string(),
        format!(
            "{FILE_NAME}:2:29: no such control\n    - control: [CloudTrail.7, CloudTrail.8]\n  {}^",
            " ".repeat(28)
        )
    );
}

#[test]
fn nothing_is_the_empty_configuration() {
    for text in ["", "# only a comment\n", "---\n", "exclude:\naccounts:\nvariables:\n"] {
        assert_eq!(read(text).as_ref(), Ok(&Config::default()), "{text:?}");
    }
}

#[test]
fn the_nearest_file_counts_and_paths_count_from_it() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    std::fs::create_dir_all(root.join("envs/prod")).unwrap();
    std::fs::write(root.join(FILE_NAME), "strict: true\n").unwrap();
    std::fs::write(root.join("envs").join(FILE_NAME), "suppressions: []\nexclude: ['prod/**']\n").unwrap();
    let nearest = |from: &str| {
        let from = root.join(from);
        Configured::nearest(&from, &Sources::new(from.clone(), root.clone())).unwrap()
    };
    let below = nearest("envs/prod");
    assert_eq!((below.directory.as_path(), below.config.strict), (root.join("envs").as_path(), false));
    assert!(below.covers(&below.config.exclude, &root.join("envs/prod/main.tf")));
    assert!(!below.covers(&below.config.exclude, &root.join("prod/main.tf")));
    assert!(nearest(".").config.strict);
    // One that is called otherwise is not in force, which is said.
    std::fs::write(root.join("envs/prod").join(MISNAMED), "").unwrap();
    let from = root.join("envs/prod");
    let error = Configured::nearest(&from, &Sources::new(from.clone(), root.clone())).unwrap_err();
    assert_eq!(error.to_string(), ".trailwarden.yml: is not read: the configuration is called .trailwarden.yaml");
    std::fs::remove_file(from.join(MISNAMED)).unwrap();
    // Not above the project root.
    let inner = root.join("envs/prod");
    assert_eq!(Configured::nearest(&inner, &Sources::new(inner.clone(), inner.clone())), Ok(Configured::none(&inner)));
}

/// What the decoder takes besides: nothing for a list or mapping that may be left out, and any scalar for a text.
fn as_decoded(schema: &mut Value) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|known| known == name));
    let widen = |schema: &mut Value, more: &[&str]| {
        let mut types = match schema["type"].take() {
            Value::Array(types) => types,
            one => vec![one],
        };
        types.extend(
            more.iter().map(|kind| Value::from(*kind)).filter(|kind| !types.contains(kind)).collect::<Vec<_>>(),
        );
        schema["type"] = Value::Array(types);
    };
    let is_of = |schema: &Value, kind: &str| match &schema["type"] {
        Value::Array(types) => types.iter().any(|known| known == kind),
        one => one == kind,
    };
    let text = |schema: &mut Value| {
        if schema.get("enum").is_none() && schema.get("pattern").is_none() && is_of(schema, "string") {
            widen(schema, &["number", "boolean"]);
        }
    };
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if !is_required(name) && (is_of(property, "array") || is_of(property, "object")) {
            widen(property, &["null"]);
        }
        text(property);
    }
    schema.get_mut("items").into_iter().for_each(text);
    match schema {
        Value::Object(entries) => entries.values_mut().for_each(as_decoded),
        Value::Array(items) => items.iter_mut().for_each(as_decoded),
        _ => {}
    }
}

/// Written anew by running this test with `UPDATE_SCHEMA=1`.
#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/trailwarden.schema.json");
    let generator = schemars::generate::SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Config>();
    schema.insert("title".to_owned(), "trailwarden configuration".into());
    let mut schema = serde_json::to_value(&schema).unwrap();
    schema["type"] = serde_json::json!(["object", "null"]);
    as_decoded(&mut schema);
    let expected = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(published, expected, "{} is not the schema of the types", path.display());
}

#[test]
fn the_published_schema_refuses_what_this_program_refuses() {
    let schema: Value = serde_json::from_str(include_str!("../../schema/trailwarden.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for text in blocks(PAGE, "yaml").into_iter().chain(["strict: true", "buckets: [{name: b, public: read}]"]) {
        let value: Value = serde_yaml::from_str(text).unwrap();
        let errors: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!((errors, read(text).is_ok()), (Vec::new(), true), "{text}");
    }
    // What a schema cannot say: globs, calendars, YAML itself.
    let beyond =
        ["not a glob", "stay below it", "found `2027-02-30`", "occurs twice", "one document", "not valid YAML"];
    for (text, _, message) in WRONG.iter().filter(|row| !beyond.iter().any(|words| row.2.contains(words))) {
        let value: Value = serde_yaml::from_str(text).unwrap();
        assert!(!schema.is_valid(&value), "the schema takes what is refused with {message}:\n{text}");
    }
}
