//! What the caller of a run says about parameters: single values, and those in parameter files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Inputs, OpenInputs, partition_of, suffix_of};
use crate::source::{Sources, Span};

use super::parameter_file;

/// The given values and pins.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Which parameters are open.
    pub open: OpenInputs,
    /// `AWS::Region`, `AWS::AccountId`, `AWS::Partition` and `AWS::StackName`, where they are known.
    pinned: Vec<(&'static str, String)>,
    values: Vec<GivenValue>,
    /// The files beside a template that its deployment publishes, by the last part of the address that each gets.
    pub published: Arc<BTreeMap<String, String>>,
}

/// A value for one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenValue {
    /// The parameter.
    pub name: String,
    /// Its value as text, as CloudFormation takes it; `None` where it keeps the one that the stack has, whatever that is.
    pub text: Option<String>,
    /// Where it stands, if it stands in a file.
    pub span: Option<Span>,
}

impl Given {
    /// Reads the parameter files and collects what else is given.
    ///
    /// # Errors
    /// One sentence about a parameter file that cannot be used.
    pub fn read(sources: &Sources, inputs: &Inputs) -> Result<Self, String> {
        let mut values = Vec::new();
        for path in &inputs.parameter_files {
            values.extend(parameter_file::read(sources, path, inputs.config_env.as_deref())?);
        }
        let single =
            |(name, text): &(String, String)| GivenValue { name: name.clone(), text: Some(text.clone()), span: None };
        values.extend(inputs.configured_parameters.iter().chain(&inputs.parameters).map(single));
        let pins = [
            ("AWS::Region", &inputs.region),
            ("AWS::AccountId", &inputs.account_id),
            ("AWS::Partition", &inputs.partition),
        ];
        let pinned = pins.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        Ok(Self { open: inputs.open, pinned, values, ..Self::default() })
    }

    /// The same with a further value, which wins.
    #[must_use]
    pub fn with(mut self, value: GivenValue) -> Self {
        self.values.push(value);
        self
    }

    /// The same where nothing keeps its default.
    #[must_use]
    pub fn opened(self) -> Self {
        Self { open: OpenInputs::Everything, ..self }
    }

    /// The same place, for a template whose parameters nobody gives a value who calls the run.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        Self { values: Vec::new(), ..self.clone() }
    }

    /// The same place, with every parameter open.
    #[must_use]
    pub fn without_values(&self) -> Self {
        Self { open: OpenInputs::Any, values: Vec::new(), ..self.clone() }
    }

    /// The same over what a deployment says: the caller's values win, the deployment knows better where it goes.
    #[must_use]
    pub fn over(&self, values: &[GivenValue], pins: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let mut pinned: Vec<(&'static str, String)> = pins.into_iter().collect();
        pinned.extend(self.pinned.iter().cloned());
        Self { pinned, values: values.iter().chain(&self.values).cloned().collect(), ..self.clone() }
    }

    /// The value given last for a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&GivenValue> {
        self.values.iter().rev().find(|value| value.name == name)
    }

    /// The value a pseudo parameter is pinned to: a Region lies in one partition, and that has one suffix.
    #[must_use]
    pub fn pinned(&self, name: &str) -> Option<&str> {
        let given =
            |name: &str| self.pinned.iter().find(|(pinned, _)| *pinned == name).map(|(_, value)| value.as_str());
        let partition = || given("AWS::Partition").or_else(|| given("AWS::Region").and_then(partition_of));
        match name {
            "AWS::Partition" => partition(),
            "AWS::URLSuffix" => partition().and_then(suffix_of),
            _ => given(name),
        }
    }
}
