//! Addresses and references as Terraform prints them: `module.logs["eu"].aws_s3_bucket.this[0].id`. Knows their
//! grammar and nothing of what they name.

/// One name of an address, with the key in brackets that follows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Step {
    /// The name.
    pub name: String,
    /// The key, if it is a literal one.
    pub key: Option<Key>,
}

/// The key of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    /// By `count`.
    Number(u64),
    /// By `for_each`.
    Text(String),
}

/// The module instances from the root to one module; empty for the root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct ModulePath(pub Vec<Step>);

/// Whether Terraform manages a resource or only reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Mode {
    /// `resource`
    Managed,
    /// `data`
    Data,
}

/// A resource without its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name {
    /// `resource` or `data`.
    pub mode: Mode,
    /// The type: `aws_s3_bucket`.
    pub kind: String,
    /// Its own name: `logs`.
    pub label: String,
}

/// An instance of a resource, or an attribute of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The module it belongs to.
    pub module: ModulePath,
    /// The resource.
    pub resource: Name,
    /// The instance's key.
    pub key: Option<Key>,
    /// The attribute that follows.
    pub attribute: Option<String>,
}

impl Address {
    /// The address behind a text, if it names a resource.
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = steps(text).into_iter().peekable();
        let mut module = Vec::new();
        while steps.next_if(|step| step.name == "module").is_some() {
            module.push(steps.next()?);
        }
        let mode = if steps.next_if(|step| step.name == "data").is_some() { Mode::Data } else { Mode::Managed };
        let (kind, name) = (steps.next()?.name, steps.next()?);
        let resource = Name { mode, kind, label: name.name };
        let attribute = steps.next().map(|step| step.name);
        Some(Self { module: ModulePath(module), resource, key: name.key, attribute })
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = if self.mode == Mode::Data { "data." } else { "" };
        write!(out, "{prefix}{}.{}", self.kind, self.label)
    }
}

impl ModulePath {
    /// The names of the calls that lead to it.
    pub fn calls(&self) -> Vec<String> {
        self.0.iter().map(|call| call.name.clone()).collect()
    }

    /// The module that `call` makes in this one.
    pub fn child(&self, call: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(call);
        Self(steps)
    }

    /// The calling module and the call; `None` for the root.
    pub fn parent(&self) -> Option<(Self, &Step)> {
        let (call, parent) = self.0.split_last()?;
        Some((Self(parent.to_vec()), call))
    }

    /// How Terraform prints what `name` is in this module.
    pub fn qualify(&self, name: &str) -> String {
        let modules = self.0.iter().map(|step| match &step.key {
            None => format!("module.{}.", step.name),
            Some(Key::Number(key)) => format!("module.{}[{key}].", step.name),
            Some(Key::Text(key)) => format!("module.{}[{key:?}].", step.name),
        });
        modules.chain([name.to_owned()]).collect()
    }
}

/// The names of an address with their keys. Of several keys one after the other the first counts; keys that are no
/// literals (`[*]`) are none.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = Step { name: String::new(), key: None };
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '.' => steps.push(std::mem::replace(&mut step, Step { name: String::new(), key: None })),
            '[' => {
                let key = key(&mut characters);
                step.key = step.key.or(key);
            }
            other => step.name.push(other),
        }
    }
    steps.push(step);
    steps
}

/// The key up to the closing bracket.
fn key(characters: &mut std::str::Chars<'_>) -> Option<Key> {
    let mut text = String::new();
    let mut in_quotes = false;
    let mut is_text = false;
    while let Some(character) = characters.next() {
        match character {
            ']' if !in_quotes => break,
            '"' => {
                in_quotes = !in_quotes;
                is_text = true;
            }
            '\\' if in_quotes => text.extend(characters.next().map(|escaped| match escaped {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            })),
            other => text.push(other),
        }
    }
    if is_text {
        // Terraform doubles what would begin a template.
        return Some(Key::Text(text.replace("$${", "${").replace("%%{", "%{")));
    }
    text.parse().ok().map(Key::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_modules_a_resource_a_key_and_an_attribute() {
        let address = Address::parse(r#"module.a["x.y\"]"].module.b[0].data.t.n["$${k}"].id"#).unwrap();
        assert_eq!(address.module.qualify("t.n"), r#"module.a["x.y\"]"].module.b[0].t.n"#);
        assert_eq!(address.resource, Name { mode: Mode::Data, kind: "t".into(), label: "n".into() });
        assert_eq!(address.key, Some(Key::Text("${k}".to_owned())));
        assert_eq!(address.attribute.as_deref(), Some("id"));
    }

    #[test]
    fn what_names_no_resource_has_no_address() {
        for text in ["", "module", "module.m", "module.m.out", "data.t", "x", "[", "\"", "a[\"", "."] {
            assert!(Address::parse(text).is_none_or(|address| text == "." && address.module.0.is_empty()), "{text}");
        }
    }
}
