//! Data sources: what they are worth without asking anybody.

use crate::model::{DEPLOYED_BY, account_number};
use crate::source::Span;
use crate::value::{Data, Origin, Role, Symbol, SymbolSource, Value};

use super::attribute::META;
use super::blocks::Content;
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::functions;
use super::object::Instance;
use super::policy_document::minified;

impl<'a> Evaluator<'a> {
    /// An attribute of a data source this program knows; `None` for what is configured or opaque.
    pub fn data_attribute(&self, instance: &Instance<'a>, name: &str, span: Span) -> Option<Value> {
        let origin = Origin::expression(span);
        match (instance.key.kind.as_str(), name) {
            ("aws_iam_policy_document", "json") => Some(self.policy_document(instance)),
            ("aws_iam_policy_document", "minified_json") => Some(minified(self.policy_document(instance))),
            ("aws_partition", "partition" | "id") => Some(self.partition(&origin)),
            ("aws_partition", "dns_suffix") => Some(self.partition_suffix(&origin)),
            ("aws_arn", "partition" | "service" | "region" | "account" | "resource") => {
                let arn = self.configured(instance, "arn")?;
                let call =
                    functions::Call { name: "aws_arn", arguments: Vec::new(), span, world: self.world, host: self };
                Some(functions::arn_parts(&arn, &call)?.field(name))
            }
            ("aws_caller_identity", "account_id" | "id") => {
                Some(self.account(instance, self.canonical(instance), origin))
            }
            ("aws_region", "name" | "id" | "region") => Some(self.region(instance, self.canonical(instance), origin)),
            ("aws_s3_bucket", "id" | "bucket") => self.configured(instance, "bucket"),
            ("aws_s3_bucket", "arn") => {
                self.configured(instance, "bucket").map(|bucket| self.bucket_arn(bucket, origin))
            }
            ("terraform_remote_state", "outputs") => {
                let name = format!("{}.outputs", instance.address);
                Some(self.elsewhere(&name, "another configuration's state", span))
            }
            ("external", "result") => {
                Some(self.elsewhere(&format!("{}.result", instance.address), "an external program", span))
            }
            ("http", "body" | "response_body") => {
                Some(self.elsewhere(&format!("{}.{name}", instance.address), "an answer from the network", span))
            }
            ("template_file", "rendered") => self.template_file(instance, span),
            ("null_data_source", "outputs") => self.configured(instance, "inputs"),
            _ => None,
        }
    }

    /// What tells where an instance deploys something in another language: the account and the Region are what the data
    /// sources of its provider configuration give.
    pub fn deployed_to(&self, instance: &Instance<'a>, name: &str) -> Option<Value> {
        let origin = Origin::at(instance.block.header, Role::Header);
        let source = |kind| self.called(kind, Vec::new(), instance);
        match name {
            "AWS::AccountId" => Some(self.account(instance, source("aws_caller_identity"), origin)),
            "AWS::Region" => Some(self.region(instance, source("aws_region"), origin)),
            "AWS::Partition" => Some(self.partition(&origin)),
            "AWS::URLSuffix" => Some(self.partition_suffix(&origin)),
            DEPLOYED_BY => Some(self.deployed_by(instance)),
            _ => None,
        }
    }

    /// The account where it is written down, else one symbol for each provider configuration.
    fn account(&self, instance: &Instance<'a>, source: String, origin: Origin) -> Value {
        let provider = self.provider(instance);
        let is_default = provider.is_empty();
        let given = self.unit.inputs.account_id.clone().filter(|_| is_default);
        let told = || account_number(&provider).map(str::to_owned);
        if let Some(number) = given.or_else(told) {
            return Value::text(number, origin);
        }
        let source = SymbolSource::Data(source);
        Value::opaque(Symbol { source, attribute: "account_id".to_owned() }, origin)
    }

    /// The Region where it is written down, else one symbol for each provider configuration.
    fn region(&self, instance: &Instance<'a>, source: String, origin: Origin) -> Value {
        if let Some(region) = self.region_of(instance) {
            return Value { origin, ..region };
        }
        if let Some(region) = &self.unit.inputs.region {
            return Value::text(region.clone(), origin);
        }
        let source = SymbolSource::Data(source);
        Value::opaque(Symbol { source, attribute: "name".to_owned() }, origin)
    }

    /// `data "template_file"`: the old way to render a template.
    fn template_file(&self, instance: &Instance<'a>, span: Span) -> Option<Value> {
        let template = self.configured(instance, "template")?;
        let variables = self.configured(instance, "vars");
        let variables = variables.and_then(|vars| vars.as_map().cloned()).unwrap_or_default();
        match &template.data {
            Data::Text(text) if text.as_literal().is_some() => self.rendered(text, &variables, span).ok(),
            Data::Pending(_) | Data::Open(_) | Data::Failed(_) => Some(template.unsaid()),
            _ => None,
        }
    }

    /// What tells the results of data sources apart: the provider configuration, the type and the arguments.
    pub fn canonical(&self, instance: &Instance<'a>) -> String {
        let content = Content::of(instance.block);
        let arguments = in_slot(&instance.scope, &instance.slot, |env| self.whole_content(content, META, env));
        let mut shown: Vec<String> = arguments
            .as_map()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name} = {}", value.describe()))
            .collect();
        shown.sort();
        self.called(&instance.key.kind, shown, instance)
    }

    /// What a data source is called, of the provider configuration of an instance and with these arguments.
    fn called(&self, kind: &str, mut shown: Vec<String>, instance: &Instance<'a>) -> String {
        let provider = self.provider_name(instance);
        if !provider.is_empty() {
            shown.push(format!("provider = {provider}"));
        }
        if shown.is_empty() { format!("data.{kind}") } else { format!("data.{kind}({})", shown.join(", ")) }
    }
}
