//! What an opaque value comes from, which is all that is known of it.

/// What an opaque value *is*, not where it is written: two reads of one attribute are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol {
    /// What the value is an attribute of.
    pub source: SymbolSource,
    /// The attribute, with a path into it (`arn`, `endpoint[0].port`); empty for the source itself.
    pub attribute: String,
}

/// What an opaque value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SymbolSource {
    /// A resource declared in this unit, by its full address or logical id.
    Resource(String),
    /// A data source: its provider configuration, type and evaluated arguments as one canonical text.
    Data(String),
    /// A pseudo parameter (`AWS::AccountId`), dynamic reference, custom resource (`GetAtt(Lookup.Arn)`) or the like, as
    /// written.
    Named(String),
    /// What another unit exports under this name; an output of a stack that is named is called `Stack.Outputs.Output`.
    Import(String),
    /// The result of an impure or provider function, or of any function over opaque values, as a canonical text.
    Derived(String),
}

impl Symbol {
    /// Whether it may be any text, because somebody wrote it where no source of a run says so: what SSM or a secret holds,
    /// what another stack exports, what the program behind a custom resource returns.
    #[must_use]
    pub fn is_written_elsewhere(&self) -> bool {
        let is_stored = |text: &str| text.contains("{{resolve:") || text.contains("GetAtt(");
        match &self.source {
            SymbolSource::Import(_) => self.attribute.is_empty(),
            SymbolSource::Named(name) => is_stored(name),
            SymbolSource::Derived(text) => {
                is_stored(text) || ["ImportValue(", "GetStackOutput("].iter().any(|import| text.contains(import))
            }
            SymbolSource::Resource(_) | SymbolSource::Data(_) => false,
        }
    }
}

impl std::fmt::Display for Symbol {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let source = match &self.source {
            SymbolSource::Resource(name)
            | SymbolSource::Data(name)
            | SymbolSource::Named(name)
            | SymbolSource::Derived(name) => name,
            SymbolSource::Import(name) => &match name.split_once(".Outputs.") {
                Some((stack, output)) => {
                    format!("GetStackOutput({{StackName = \"{stack}\", OutputName = \"{output}\"}})")
                }
                None => format!("ImportValue(\"{name}\")"),
            },
        };
        let is_whole = self.attribute.is_empty() || matches!(self.source, SymbolSource::Import(_));
        if is_whole { out.write_str(source) } else { write!(out, "{source}.{}", self.attribute) }
    }
}
