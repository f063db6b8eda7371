//! A row as CloudFormation, in YAML with short forms and in JSON with long ones.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value as Json, json};
use serde_yaml::Value as Yaml;

use super::{Row, Spelled};

/// A template while it is written.
#[derive(Default)]
struct Template {
    parameters: Map<String, Json>,
    conditions: Map<String, Json>,
    resources: Map<String, Json>,
}

/// Writes the row's templates. Rows with grants or an account's block cannot be said in CloudFormation.
pub fn spell(row: &Row, directory: &Path) -> Vec<Spelled> {
    if row.get("grants").is_some() || row.get("account_block").is_some() || row.list("block").len() > 1 {
        return Vec::new();
    }
    let mut template = Template::default();
    template.bucket(row, "", |policy| policy);
    let mut spelled = vec![Spelled { unit: "template.yaml", trail: "Trail".to_owned() }];
    if row.policies().iter().any(Yaml::is_mapping) {
        template.bucket(row, "Text", text);
        spelled.push(Spelled { unit: "template.json", trail: "TextTrail".to_owned() });
    }
    spelled.push(Spelled { unit: "template.json", trail: "Trail".to_owned() });
    let template = json!({
        "Transform": "AWS::LanguageExtensions",
        "Parameters": template.parameters,
        "Conditions": template.conditions,
        "Resources": template.resources,
    });
    fs::write(directory.join("template.json"), serde_json::to_string_pretty(&template).unwrap()).unwrap();
    fs::write(directory.join("template.yaml"), serde_yaml::to_string(&short(&template)).unwrap()).unwrap();
    spelled
}

impl Template {
    fn bucket(&mut self, row: &Row, prefix: &str, spelled: impl Fn(Json) -> Json) {
        let logs = format!("{prefix}Logs");
        let mut properties = Map::new();
        match row.get("bucket") {
            None => drop(properties.insert("BucketName".to_owned(), json!("logs"))),
            Some(Yaml::Null) => {}
            Some(name) => drop(properties.insert("BucketName".to_owned(), self.value(name, &logs))),
        }
        if let Some(acl) = row.get("acl") {
            let acl = self.value(&each_text(acl, &canned), &logs);
            properties.insert("AccessControl".to_owned(), acl);
        }
        let rules: Vec<Json> = row.list("ownership").into_iter().map(|rule| self.value(rule, &logs)).collect();
        if !rules.is_empty() {
            let rules: Vec<Json> = rules.into_iter().map(|rule| json!({ "ObjectOwnership": rule })).collect();
            properties.insert("OwnershipControls".to_owned(), json!({ "Rules": rules }));
        }
        if let Some(block) = row.get("block") {
            properties.insert("PublicAccessBlockConfiguration".to_owned(), self.value(block, &logs));
        }
        self.resource(&logs, "AWS::S3::Bucket", &Json::Object(properties));
        for (policy, number) in row.policies().iter().zip(1..) {
            let document = spelled(self.value(policy, &logs));
            let properties = json!({ "Bucket": { "Ref": logs }, "PolicyDocument": document });
            self.resource(&format!("{prefix}Policy{number}"), "AWS::S3::BucketPolicy", &properties);
        }
        for module in row.list("handed_to") {
            let id = format!("{prefix}{}", identifier(module.as_str().unwrap()));
            let properties = json!({
                "TemplateURL": "https://s3.amazonaws.com/elsewhere/template.yaml",
                "Parameters": { "Bucket": { "Ref": logs } },
            });
            self.resource(&id, "AWS::CloudFormation::Stack", &properties);
        }
        let properties = json!({ "S3BucketName": { "Ref": logs }, "IsLogging": true });
        self.resource(&format!("{prefix}Trail"), "AWS::CloudTrail::Trail", &properties);
    }

    fn resource(&mut self, id: &str, kind: &str, properties: &Json) {
        self.resources.insert(id.to_owned(), json!({ "Type": kind, "Properties": properties }));
    }

    /// A row's value; `logs` is the bucket it is about.
    fn value(&mut self, yaml: &Yaml, logs: &str) -> Json {
        match yaml {
            Yaml::Sequence(items) => items.iter().map(|item| self.value(item, logs)).collect(),
            Yaml::Mapping(entries) => {
                let entry = |(key, value): (&Yaml, &Yaml)| (key.as_str().unwrap().to_owned(), self.value(value, logs));
                Json::Object(entries.iter().map(entry).collect())
            }
            Yaml::Tagged(tagged) => self.unknown(&tagged.tag.to_string(), &tagged.value, logs),
            scalar => serde_json::to_value(scalar).unwrap(),
        }
    }

    fn unknown(&mut self, tag: &str, yaml: &Yaml, logs: &str) -> Json {
        let name = identifier(yaml.get(0).unwrap_or(yaml).as_str().unwrap_or_default());
        match tag {
            "!open" => {
                self.parameters.insert(name.clone(), json!({ "Type": "String" }));
                json!({ "Ref": name })
            }
            "!one_of" => {
                let values: Vec<&Yaml> = yaml.as_sequence().unwrap().iter().skip(1).collect();
                self.parameters.insert(name.clone(), json!({ "Type": "String", "AllowedValues": values }));
                json!({ "Ref": name })
            }
            "!opaque" => match yaml.as_str().unwrap() {
                "aws_s3_bucket.logs.arn" => json!({ "Fn::GetAtt": [logs, "Arn"] }),
                "aws_s3_bucket.logs.id" => json!({ "Ref": logs }),
                "aws_s3_bucket.other.arn" => {
                    self.resource("Other", "AWS::S3::Bucket", &json!({}));
                    json!({ "Fn::GetAtt": ["Other", "Arn"] })
                }
                "aws_s3_bucket.other.id" => {
                    self.resource("Other", "AWS::S3::Bucket", &json!({}));
                    json!({ "Ref": "Other" })
                }
                _ => {
                    self.resource(&name, "AWS::IAM::Role", &json!({ "AssumeRolePolicyDocument": {} }));
                    json!({ "Fn::GetAtt": [name, "RoleId"] })
                }
            },
            "!if" => {
                self.parameters.insert(name.clone(), json!({ "Type": "String" }));
                let condition = format!("Is{name}");
                self.conditions.insert(condition.clone(), json!({ "Fn::Equals": [{ "Ref": name }, "true"] }));
                let [yes, no] = [1, 2].map(|at| match yaml.get(at).unwrap() {
                    Yaml::Null => json!({ "Ref": "AWS::NoValue" }),
                    value => self.value(value, logs),
                });
                json!({ "Fn::If": [condition, yes, no] })
            }
            "!text" => {
                let parts: Vec<Json> = yaml.as_sequence().unwrap().iter().map(|part| self.value(part, logs)).collect();
                json!({ "Fn::Join": ["", parts] })
            }
            other => panic!("no such tag: {other}"),
        }
    }
}

/// `var.x` as a logical id.
fn identifier(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric());
    words
        .map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>())
        .collect()
}

/// Every text in a value, spelled otherwise; a tag's first text is a name.
pub fn each_text(yaml: &Yaml, spelled: &dyn Fn(&str) -> String) -> Yaml {
    match yaml {
        Yaml::String(text) => Yaml::from(spelled(text)),
        Yaml::Tagged(tagged) => {
            let mut tagged = tagged.clone();
            if let Yaml::Sequence(items) = &mut tagged.value {
                items.iter_mut().skip(1).for_each(|item| *item = each_text(item, spelled));
            }
            Yaml::Tagged(tagged)
        }
        other => other.clone(),
    }
}

/// `public-read` as `PublicRead`.
fn canned(acl: &str) -> String {
    if acl.starts_with(char::is_uppercase) { acl.to_owned() } else { identifier(acl) }
}

/// A policy as a text, by a function where something in it is not known.
fn text(policy: Json) -> Json {
    let known = policy.to_string();
    let has_function = ["\"Ref\":", "\"Fn::"].iter().any(|function| known.contains(function));
    match policy {
        Json::Object(_) if !has_function => Json::String(known),
        Json::Object(object) if object.contains_key("Version") => json!({ "Fn::ToJsonString": object }),
        other => other,
    }
}

/// The same template with short forms.
fn short(json: &Json) -> Yaml {
    let tagged = |tag: &str, value: Yaml| {
        Yaml::Tagged(Box::new(serde_yaml::value::TaggedValue { tag: serde_yaml::value::Tag::new(tag), value }))
    };
    match json {
        Json::Array(items) => Yaml::Sequence(items.iter().map(short).collect()),
        Json::Object(entries) => {
            if let [(name, argument)] = entries.iter().collect::<Vec<_>>().as_slice() {
                let tag = if *name == "Ref" { Some("Ref") } else { name.strip_prefix("Fn::") };
                if let Some(tag) = tag.filter(|tag| *tag != "ToJsonString") {
                    return tagged(tag, short(argument));
                }
            }
            Yaml::Mapping(entries.iter().map(|(key, value)| (Yaml::from(key.as_str()), short(value))).collect())
        }
        scalar => serde_yaml::to_value(scalar).unwrap(),
    }
}
