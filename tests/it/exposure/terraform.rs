//! A row as Terraform: the policy by `jsonencode`, as JSON in a heredoc, by `aws_iam_policy_document`, in a file; and all of
//! it in Terraform's JSON syntax.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hcl::edit::expr::Expression;
use hcl::edit::structure::{Body, Structure};
use serde_json::{Map, Value as Json, json};
use serde_yaml::Value as Yaml;

use super::{Row, Spelled};

/// A module while it is written: the blocks, and what they refer to.
#[derive(Default)]
struct Module {
    blocks: String,
    /// What is declared once, whoever refers to it.
    referred: BTreeMap<String, String>,
}

/// Writes the row's module, with a bucket and a trail for each spelling. Grants are blocks, and a block is there as a whole.
pub fn spell(row: &Row, directory: &Path) -> Vec<Spelled> {
    let is_block = |grant: &&Yaml| grant.get("URI").is_some() && grant.get("Permission").is_some();
    if !row.list("grants").iter().all(is_block) {
        return Vec::new();
    }
    let mut module = Module::default();
    let mut spelled = vec!["jsonencode", "heredoc"];
    let policies = row.policies();
    let documents: Option<Vec<String>> = policies.iter().map(|policy| module.document(policy, "document")).collect();
    if let Some(documents) = documents.filter(|documents| !documents.is_empty()) {
        for (number, document) in documents.iter().enumerate() {
            writeln!(module.blocks, "data \"aws_iam_policy_document\" \"p{number}\" {{\n{document}}}\n").unwrap();
        }
        spelled.push("document");
    }
    if !policies.is_empty() && policies.iter().all(Yaml::is_mapping) {
        spelled.push(if policies.iter().all(is_known) { "file" } else { "templatefile" });
    }
    for spelling in &spelled {
        module.bucket(row, spelling, directory);
    }
    fs::write(directory.join("main.tf"), module.text()).unwrap();
    let trail = |unit, spelling: &str| Spelled { unit, trail: format!("aws_cloudtrail.{spelling}") };
    let mut spelled: Vec<Spelled> = spelled.into_iter().map(|spelling| trail("", spelling)).collect();

    let mut module = Module::default();
    module.bucket(row, "json", directory);
    let body = hcl::edit::parser::parse_body(&module.text()).unwrap();
    fs::create_dir(directory.join("json")).unwrap();
    fs::write(directory.join("json/main.tf.json"), json(&body).to_string()).unwrap();
    spelled.push(trail("json", "json"));
    spelled
}

/// A body in Terraform's JSON syntax: labels are keys, and an argument is a template that holds its expression alone.
fn json(body: &Body) -> Json {
    let mut object = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(argument) => {
                object.insert(argument.key.to_string().trim().to_owned(), written(&argument.value));
            }
            Structure::Block(block) => {
                let labels = block.labels.iter().map(hcl::edit::structure::BlockLabel::as_str);
                let mut place = object.entry(block.ident.as_str()).or_insert_with(|| json!({}));
                for label in labels {
                    place = place.as_object_mut().unwrap().entry(label).or_insert_with(|| json!({}));
                }
                if place == &json!({}) {
                    *place = json!([]);
                }
                place.as_array_mut().unwrap().push(json(&block.body));
            }
        }
    }
    Json::Object(object)
}

fn written(value: &Expression) -> Json {
    let text = value.to_string();
    let is_template = ["${", "%{"].iter().any(|opening| text.contains(opening));
    match value {
        Expression::Bool(value) => Json::Bool(*value.value()),
        Expression::Variable(name) => Json::from(name.as_str()),
        Expression::String(text) if !is_template => Json::from(text.as_str()),
        _ => Json::from(format!("${{{}}}", text.trim())),
    }
}

impl Module {
    fn text(&self) -> String {
        let referred = self.referred.values().cloned().collect::<Vec<_>>().join("\n");
        format!("{referred}\n{}", self.blocks)
    }

    fn block(&mut self, kind: &str, name: &str, body: &str) {
        writeln!(self.blocks, "resource \"{kind}\" \"{name}\" {{\n{body}}}\n").unwrap();
    }

    fn bucket(&mut self, row: &Row, logs: &str, directory: &Path) {
        let owner = format!("  bucket = aws_s3_bucket.{logs}.id\n");
        let is_legacy = logs == "heredoc";
        let mut body = match row.get("bucket") {
            None => "  bucket = \"logs\"\n".to_owned(),
            Some(Yaml::Null) => String::new(),
            Some(name) => format!("  bucket = {}\n", self.expression(name, logs)),
        };
        if let Some(acl) = row.get("acl") {
            let acl = format!("  acl = {}\n", self.expression(&super::cloudformation::each_text(acl, &dashed), logs));
            if is_legacy {
                body.push_str(&acl);
            } else {
                self.block("aws_s3_bucket_acl", logs, &format!("{owner}{acl}"));
            }
        }
        for (grant, number) in self.grants(row, logs).into_iter().zip(1..) {
            if is_legacy {
                let [uri, permission] = grant;
                let grant = format!("type = \"Group\"\n    uri = {uri}\n    permissions = [{permission}]");
                writeln!(body, "  grant {{\n    {grant}\n  }}").unwrap();
            } else {
                let [uri, permission] = grant;
                let grantee = format!("grantee {{\n        type = \"Group\"\n        uri = {uri}\n      }}");
                let grant = format!("grant {{\n      {grantee}\n      permission = {permission}\n    }}");
                let policy = format!("{owner}  access_control_policy {{\n    {grant}\n  }}\n");
                self.block("aws_s3_bucket_acl", &format!("{logs}_{number}"), &policy);
            }
        }
        self.block("aws_s3_bucket", logs, &body);
        for (ownership, number) in row.list("ownership").into_iter().zip(1..) {
            let rule = format!("  rule {{\n    object_ownership = {}\n  }}\n", self.expression(ownership, logs));
            self.block("aws_s3_bucket_ownership_controls", &format!("{logs}_{number}"), &format!("{owner}{rule}"));
        }
        for (block, number) in row.list("block").into_iter().zip(1..) {
            let flags = self.flags(block, logs);
            self.block("aws_s3_bucket_public_access_block", &format!("{logs}_{number}"), &format!("{owner}{flags}"));
        }
        for (block, number) in
            row.list("account_block").into_iter().zip(1..).filter(|_| ["jsonencode", "json"].contains(&logs))
        {
            let flags = self.flags(block, logs);
            self.block("aws_s3_account_public_access_block", &format!("account_{number}"), &flags);
        }
        for (policy, number) in row.policies().iter().zip(0..) {
            let policy = format!("{owner}  policy = {}\n", self.policy(policy, number, logs, directory));
            self.block("aws_s3_bucket_policy", &format!("{logs}_{number}"), &policy);
        }
        for module in row.list("handed_to") {
            let name = module.as_str().unwrap().trim_start_matches("module.");
            let source = "git::https://example.com/module.git";
            writeln!(self.blocks, "module \"{name}_{logs}\" {{\n  source = \"{source}\"\n{owner}}}\n").unwrap();
        }
        let body = format!("  name = \"{logs}\"\n  s3_bucket_name = aws_s3_bucket.{logs}.id\n");
        self.block("aws_cloudtrail", logs, &body);
    }

    /// The flags of a block that are given, in Terraform's spelling.
    fn flags(&mut self, block: &Yaml, logs: &str) -> String {
        let names = [
            ("BlockPublicAcls", "block_public_acls"),
            ("IgnorePublicAcls", "ignore_public_acls"),
            ("BlockPublicPolicy", "block_public_policy"),
            ("RestrictPublicBuckets", "restrict_public_buckets"),
        ];
        let given = names.into_iter().filter_map(|(flag, name)| Some((name, block.get(flag)?)));
        given.map(|(name, value)| format!("  {name} = {}\n", self.expression(value, logs))).collect::<Vec<_>>().concat()
    }

    /// The grantee and the permission of each grant.
    fn grants(&mut self, row: &Row, logs: &str) -> Vec<[String; 2]> {
        let grants = row.get("grants").and_then(Yaml::as_sequence).cloned().unwrap_or_default();
        let mut spelled = Vec::new();
        for grant in grants {
            let uri = grant.get("URI").map_or("null".to_owned(), |uri| self.expression(uri, logs));
            let permissions = match grant.get("Permission") {
                Some(Yaml::Sequence(permissions)) => permissions.clone(),
                permission => permission.into_iter().cloned().collect(),
            };
            spelled.extend(permissions.iter().map(|permission| [uri.clone(), self.expression(permission, logs)]));
        }
        spelled
    }

    /// A policy in one of the spellings.
    fn policy(&mut self, policy: &Yaml, number: usize, spelling: &str, directory: &Path) -> String {
        match (spelling, policy) {
            (_, Yaml::String(_) | Yaml::Tagged(_)) => self.expression(policy, spelling),
            ("document", _) => format!("data.aws_iam_policy_document.p{number}.json"),
            ("heredoc", _) => format!("<<-POLICY\n    {}\n  POLICY", self.json(policy, spelling)),
            ("file", _) => {
                let name = format!("policy-{number}.json");
                fs::write(directory.join(&name), serde_json::to_string(policy).unwrap()).unwrap();
                format!("file(\"${{path.module}}/{name}\")")
            }
            ("templatefile", _) => {
                let name = format!("policy-{number}.json.tftpl");
                let mut holes = Vec::new();
                let text = self.template(policy, spelling, &mut holes);
                fs::write(directory.join(&name), text).unwrap();
                let holes: Vec<String> =
                    holes.iter().enumerate().map(|(at, hole)| format!("hole{at} = {hole}")).collect();
                format!("templatefile(\"${{path.module}}/{name}\", {{ {} }})", holes.join(", "))
            }
            _ => format!("jsonencode({})", self.expression(policy, spelling)),
        }
    }

    /// JSON text in a template, with an interpolation for whatever is not known.
    fn json(&mut self, yaml: &Yaml, logs: &str) -> String {
        self.json_with(yaml, &mut |module, hole| module.expression(hole, logs))
    }

    /// The same for a template file, which sees its variables only.
    fn template(&mut self, yaml: &Yaml, logs: &str, holes: &mut Vec<String>) -> String {
        self.json_with(yaml, &mut |module, hole| {
            holes.push(module.expression(hole, logs));
            format!("hole{}", holes.len() - 1)
        })
    }

    fn json_with(&mut self, yaml: &Yaml, hole: &mut dyn FnMut(&mut Self, &Yaml) -> String) -> String {
        match yaml {
            Yaml::Sequence(items) => {
                let items: Vec<String> = items.iter().map(|item| self.json_with(item, hole)).collect();
                format!("[{}]", items.join(", "))
            }
            Yaml::Mapping(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quoted(key.as_str().unwrap()), self.json_with(value, hole)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            Yaml::Tagged(_) => format!("${{jsonencode({})}}", hole(self, yaml)),
            Yaml::String(text) => quoted(text),
            scalar => serde_json::to_string(scalar).unwrap(),
        }
    }

    /// A row's value as an expression; `logs` is the bucket it is about.
    fn expression(&mut self, yaml: &Yaml, logs: &str) -> String {
        match yaml {
            Yaml::Sequence(items) => {
                let items: Vec<String> = items.iter().map(|item| self.expression(item, logs)).collect();
                format!("[{}]", items.join(", "))
            }
            Yaml::Mapping(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{} = {}", quoted(key.as_str().unwrap()), self.expression(value, logs)))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
            Yaml::Tagged(tagged) => self.unknown(&tagged.tag.to_string(), &tagged.value, logs),
            Yaml::String(text) => quoted(text),
            scalar => serde_json::to_string(scalar).unwrap(),
        }
    }

    fn unknown(&mut self, tag: &str, yaml: &Yaml, logs: &str) -> String {
        let name = yaml.get(0).unwrap_or(yaml).as_str().unwrap_or_default().to_owned();
        let variable = name.trim_start_matches("var.").to_owned();
        match tag {
            "!open" => {
                self.referred.insert(name.clone(), format!("variable \"{variable}\" {{}}\n"));
                name
            }
            "!one_of" => {
                let values: Vec<String> =
                    yaml.as_sequence().unwrap().iter().skip(1).map(|value| quoted(value.as_str().unwrap())).collect();
                let validation = format!(
                    "  validation {{\n    condition = contains([{}], {name})\n    error_message = \"No.\"\n  }}\n",
                    values.join(", ")
                );
                let block =
                    format!("variable \"{variable}\" {{\n  type = string\n  nullable = false\n{validation}}}\n");
                self.referred.insert(name.clone(), block);
                name
            }
            "!opaque" => match name.strip_prefix("aws_s3_bucket.logs.") {
                Some(attribute) => format!("aws_s3_bucket.{logs}.{attribute}"),
                None => self.thing(&name),
            },
            "!if" => {
                self.referred.insert(name.clone(), format!("variable \"{variable}\" {{}}\n"));
                let [yes, no] = [1, 2].map(|at| self.expression(yaml.get(at).unwrap(), logs));
                format!("({name} == \"true\" ? {yes} : {no})")
            }
            "!text" => {
                let parts: String = yaml
                    .as_sequence()
                    .unwrap()
                    .iter()
                    .map(|part| match part {
                        Yaml::String(text) => escaped(text),
                        part => format!("${{{}}}", self.expression(part, logs)),
                    })
                    .collect();
                format!("\"{parts}\"")
            }
            other => panic!("no such tag: {other}"),
        }
    }

    /// An attribute of some resource.
    fn thing(&mut self, name: &str) -> String {
        let (resource, attribute) = name.rsplit_once('.').unwrap();
        let (kind, label) = resource.rsplit_once('.').unwrap_or(("aws_thing", resource));
        self.referred.insert(resource.to_owned(), format!("resource \"{kind}\" \"{label}\" {{}}\n"));
        format!("{kind}.{label}.{attribute}")
    }

    /// The policy as the body of an `aws_iam_policy_document`, if it can be one.
    fn document(&mut self, policy: &Yaml, logs: &str) -> Option<String> {
        let statements = match policy.get("Statement")? {
            Yaml::Sequence(statements) => statements.clone(),
            one => vec![one.clone()],
        };
        statements.iter().map(|statement| self.statement(statement, logs)).collect()
    }

    fn statement(&mut self, statement: &Yaml, logs: &str) -> Option<String> {
        let mut block = "  statement {\n".to_owned();
        // Without an effect, this one would allow.
        statement.get("Effect")?;
        for (element, value) in statement.as_mapping()? {
            match element.as_str()? {
                "Effect" if matches!(value.as_str(), Some("Allow" | "Deny")) => {
                    writeln!(block, "    effect = {}", self.expression(value, logs)).unwrap();
                }
                element @ ("Action" | "NotAction" | "Resource" | "NotResource") => {
                    let name = match element {
                        "Action" => "actions",
                        "NotAction" => "not_actions",
                        "Resource" => "resources",
                        _ => "not_resources",
                    };
                    writeln!(block, "    {name} = {}", self.texts(value, logs)?).unwrap();
                }
                element @ ("Principal" | "NotPrincipal") => {
                    let name = if element == "Principal" { "principals" } else { "not_principals" };
                    for (kind, named) in kinds(value)? {
                        let named = self.texts(&named, logs)?;
                        writeln!(block, "    {name} {{\n      type = \"{kind}\"\n      identifiers = {named}\n    }}")
                            .unwrap();
                    }
                }
                "Condition" => {
                    for (operator, keys) in value.as_mapping()? {
                        for (key, values) in keys.as_mapping()? {
                            let (test, key) = (quoted(operator.as_str()?), quoted(key.as_str()?));
                            let values = self.texts(values, logs)?;
                            let condition = format!("test = {test}\n      variable = {key}\n      values = {values}");
                            writeln!(block, "    condition {{\n      {condition}\n    }}").unwrap();
                        }
                    }
                }
                _ => return None,
            }
        }
        Some(block + "  }\n")
    }

    /// One text or a list of them as a list. Policy variables are written with an ampersand.
    fn texts(&mut self, value: &Yaml, logs: &str) -> Option<String> {
        let items = match value {
            Yaml::Sequence(items) if items.is_empty() => return None,
            Yaml::Sequence(items) => items.clone(),
            one => vec![one.clone()],
        };
        let mut texts = Vec::new();
        for item in items {
            match &item {
                Yaml::String(text) => texts.push(quoted(&text.replace("${", "&{"))),
                Yaml::Tagged(tagged) if tagged.tag != "if" => texts.push(self.expression(&item, logs)),
                _ => return None,
            }
        }
        Some(format!("[{}]", texts.join(", ")))
    }
}

/// The kinds of a principal with what each names.
fn kinds(principal: &Yaml) -> Option<Vec<(String, Yaml)>> {
    match principal {
        Yaml::String(text) if text == "*" => Some(vec![("*".to_owned(), Yaml::from("*"))]),
        Yaml::Mapping(kinds) => {
            kinds.iter().map(|(kind, named)| Some((kind.as_str()?.to_owned(), named.clone()))).collect()
        }
        _ => None,
    }
}

/// Whether a value holds no tag.
fn is_known(yaml: &Yaml) -> bool {
    match yaml {
        Yaml::Tagged(_) => false,
        Yaml::Sequence(items) => items.iter().all(is_known),
        Yaml::Mapping(entries) => entries.iter().all(|(_, value)| is_known(value)),
        _ => true,
    }
}

/// `PublicRead` as `public-read`.
fn dashed(acl: &str) -> String {
    let mut dashed = String::new();
    for character in acl.chars() {
        if character.is_uppercase() && !dashed.is_empty() {
            dashed.push('-');
        }
        dashed.extend(character.to_lowercase());
    }
    dashed
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// The inside of a quoted text, which is no template.
fn escaped(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap();
    let inside = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap();
    inside.replace("${", "$${").replace("%{", "%%{")
}
