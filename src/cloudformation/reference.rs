//! What names stand for: parameters, pseudo parameters, resources and their attributes, outputs of nested stacks.

use crate::model::OpenInputs;
use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::value::{Data, Input, ListKind, Origin, Part, Reason, Role, Symbol, SymbolSource, Value};

use super::condition::{condition_place, every, negated};
use super::evaluator::{Evaluator, Name, broken};
use super::given::GivenValue;
use super::looped::starred;
use super::parameter::Parameter;
use super::partial::beyond;
use super::regional::{PSEUDO, is_looked_up};
use super::template::function;
use super::text::{joined, named};
use super::tree::{Child, Declared, Stack, Unread};
use super::unruly::Unruly;

/// A value that somebody gives a parameter, unless CloudFormation refuses it whatever the inputs are.
fn accepted(parameter: &Parameter<'_>, refused: Option<&Unruly>, value: Value) -> Value {
    let why = match refused {
        _ if parameter.refuses(&value) => {
            format!("the constraints of the parameter {} refuse what it is given", parameter.name)
        }
        Some(Unruly { by, why, .. }) => format!("{by} refuses what the parameter {} is given{why}", parameter.name),
        None => return value,
    };
    broken(why, value.origin)
}

/// What a computed `Parameters` hands in for a parameter: a map of a stack, or the list of a `StackSet`.
fn handed(parameters: &Value, name: &str) -> Option<Value> {
    let Some(items) = parameters.as_list() else { return Some(parameters.field(name)) };
    items.iter().filter(|item| !item.is_null()).find_map(|item| {
        let key = item.field("ParameterKey");
        match (&item.data, key.as_str()) {
            (Data::Pending(_) | Data::Failed(_), _) => Some(item.clone()),
            (_, Some(key)) => (key == name).then(|| item.field("ParameterValue")),
            (_, None) => Some(broken("it is not known which parameter this is for", item.origin.clone())),
        }
    })
}

/// Whether functions decide which parameters there are.
fn is_computed(parameters: &Node) -> bool {
    let is_computed =
        |item: &Node| function(item).is_some() || item.get("ParameterKey").is_some_and(|name| name.text().is_none());
    function(parameters).is_some()
        || parameters.get("Fn::Transform").is_some()
        || parameters.items().into_iter().flatten().any(is_computed)
}

impl<'t> Evaluator<'t> {
    /// `Ref`
    pub fn reference(&self, stack: &'t Stack, name: &str, span: Span) -> Value {
        let origin = Origin::expression(span);
        if name == "AWS::NoValue" {
            return Value::null(origin);
        }
        if let Some(pseudo) = PSEUDO.iter().find(|pseudo| **pseudo == name) {
            return self.pseudo(stack, pseudo, origin);
        }
        if let Some(parameter) = stack.parameter(name) {
            return self.parameter(stack, parameter).through(span, Role::Expression);
        }
        let item = stack.body.iterated.get(name).or(stack.template.holes.get(name));
        if let Some(item) = self.items_of(stack).get(name).or(item) {
            return item.clone().through(span, Role::Expression);
        }
        match stack.resource(name) {
            Some(resource) => self.existing(stack, resource, span, || {
                if resource.module().is_some() {
                    return self.absent(stack, resource, "Ref", origin.clone());
                }
                // What identifies a bucket's policy is the bucket.
                let policed = resource.properties().filter(|_| resource.kind() == "AWS::S3::BucketPolicy");
                if let Some(bucket) = policed.and_then(|policy| policy.get("Bucket")) {
                    return self.evaluate(stack, bucket).through(span, Role::Expression);
                }
                let attribute = if resource.kind() == "AWS::S3::Bucket" { "id" } else { "Ref" };
                self.symbol(stack, name, attribute, origin.clone())
            }),
            None => {
                self.instance_named(stack, name, &origin, |id| self.reference(stack, id, span)).unwrap_or_else(|| {
                    let message = format!("`{}` is neither a parameter nor a resource of this template", starred(name));
                    let elsewhere = made_elsewhere(stack, name, "Ref", &origin);
                    elsewhere.unwrap_or_else(|| undeclared(stack, name, message, origin))
                })
            }
        }
    }

    /// The value of a parameter.
    pub fn parameter(&self, stack: &'t Stack, parameter: Parameter<'t>) -> Value {
        let name = Name::Parameter(stack.id, parameter.name);
        self.remember(name, parameter.span(), || {
            let value = self.parameter_of(stack, &parameter);
            if parameter.is_secret() { value.secret(parameter.span()) } else { value }
        })
    }

    fn parameter_of(&self, stack: &'t Stack, parameter: &Parameter<'t>) -> Value {
        let before = self.asked();
        let handed = if let Some((parent, resource)) = stack.parent {
            let parent = self.tree.stack(parent);
            let handed = parent.zip(parent.and_then(|parent| parent.resource_at(resource)));
            handed.and_then(|(parent, resource)| self.argument(stack, parent, resource, parameter))
        } else if let Some(handed) = self.handed_in(parameter.name) {
            // The default holds where null is handed in, or nothing.
            let has_default = parameter.default().is_some() || parameter.filled_default().is_some();
            let handed = if has_default { handed.null_decided(self.world) } else { handed };
            Some(self.taken(parameter, self.typed(stack, parameter, handed)))
        } else {
            return self.root_parameter(stack, parameter);
        };
        match handed.filter(|value| !value.is_null()) {
            // What an answer brought about refuses the answer.
            Some(value) if self.asked() != before => value,
            Some(value) => accepted(parameter, self.ruled_out(stack, parameter), value),
            None => self.own_default(stack, parameter),
        }
    }

    /// What is handed in to a stack as the value of its parameter: what was not looked up where it comes from is here.
    fn typed(&self, stack: &'t Stack, parameter: &Parameter<'t>, handed: Value) -> Value {
        let is_known = is_looked_up(&handed);
        let typed = parameter.typed(handed);
        if is_known { typed } else { self.local(stack, typed) }
    }

    /// What is open and handed in, as the parameter takes it: where one value is left that it takes, it is that.
    fn taken(&self, parameter: &Parameter<'t>, handed: Value) -> Value {
        let taken = parameter.narrowed(handed);
        let only = if let Data::Open(input) = &taken.data { self.only_candidate(input) } else { None };
        only.map_or(taken.clone(), |literal| parameter.typed_text(&literal.as_text(), taken.origin))
    }

    /// The default of a parameter that gets no value from the stack's parent.
    fn own_default(&self, stack: &'t Stack, parameter: &Parameter<'t>) -> Value {
        let filled = parameter.filled_default().map(|node| parameter.typed(self.evaluate(stack, node)));
        if let Some(default) = parameter.default().or(filled) {
            return accepted(parameter, self.ruled_out(stack, parameter), self.local(stack, default));
        }
        let message = format!("the stack {} gets no value for its parameter {}", stack.address, parameter.name);
        Value::failed(message, Origin::at(parameter.span(), Role::Header))
    }

    /// What refuses the value a parameter has.
    fn ruled_out(&self, stack: &Stack, parameter: &Parameter<'_>) -> Option<&'t Unruly> {
        self.tree.unruly.get(&(stack.id, parameter.name.to_owned()))
    }

    /// `Fn::RefAll`: the values of all parameters of a type.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html>
    pub fn of_type(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let origin = Origin::expression(span);
        let Some(kind) = argument.text() else { return broken("Fn::RefAll needs the type of parameters", origin) };
        let parameters = stack.parameters().filter(|parameter| parameter.kind() == kind);
        let values = parameters.map(|parameter| self.parameter(stack, parameter)).collect();
        Value::list(ListKind::List, values, origin)
    }

    fn root_parameter(&self, stack: &Stack, parameter: &Parameter<'t>) -> Value {
        let given = self.tree.given.get(parameter.name);
        if let Some(GivenValue { text: Some(text), span, .. }) = given {
            let origin = Origin::at(span.unwrap_or(parameter.span()), Role::Given);
            return accepted(parameter, self.ruled_out(stack, parameter), parameter.typed_text(text, origin));
        }
        let has_default =
            given.is_none() && self.open == OpenInputs::WithoutDefault && self.ruled_out(stack, parameter).is_none();
        let keeps = has_default || stack.body.kept.contains_key(parameter.name);
        if let Some(default) = parameter.default().filter(|_| keeps) {
            return default;
        }
        if let Some(stored) = parameter.stored() {
            return stored;
        }
        let input = parameter.input();
        let origin = input.origin.clone();
        match self.only_candidate(&input) {
            Some(literal) => parameter.typed_text(&literal.as_text(), origin),
            None => Value::open(input, origin),
        }
    }

    /// What a parent hands in for a parameter of its child.
    fn argument(
        &self,
        child: &'t Stack,
        parent: &'t Stack,
        resource: Declared<'t>,
        parameter: &Parameter<'t>,
    ) -> Option<Value> {
        let properties = resource.properties()?;
        let parameters = properties.get("Parameters");
        if let (None, Some(unknown)) = (parameters, beyond(parent, properties)) {
            return Some(unknown.field(parameter.name));
        }
        if resource.overrides(parameter.name) {
            let name = format!("{}.Parameters.{}", parent.address_of(resource.id), parameter.name);
            let reason = Reason::Elsewhere("the ParameterOverrides of some instances".to_owned());
            let origin = Origin::at(parameters.map_or(resource.span(), |node| node.span), Role::Argument);
            return Some(Value::open(Input::undecidable(name, reason, origin.clone()), origin));
        }
        let (value, span) = match parameters.filter(|parameters| is_computed(parameters)) {
            Some(whole) => (handed(&self.evaluate(parent, whole), parameter.name)?, whole.span),
            None => resource.handed(parameter.name).map(|node| (self.evaluate(parent, node), node.span))?,
        };
        Some(self.taken(parameter, self.typed(child, parameter, value)).through(span, Role::Argument))
    }

    /// `Fn::GetAtt`, as a text or as a list.
    pub fn attribute_of(&self, stack: &'t Stack, argument: &Node, span: Span) -> Value {
        let names: Vec<Value> = match argument.items() {
            None => match argument.text().and_then(|text| text.split_once('.')) {
                Some((id, name)) => [id, name].map(|name| Value::text(name, Origin::default())).to_vec(),
                None => Vec::new(),
            },
            Some(names) => names.iter().map(|name| self.evaluate(stack, name)).collect(),
        };
        let origin = Origin::expression(span);
        let unnamed = || self.unnamed("Fn::GetAtt", &names, "a resource and an attribute", origin.clone());
        let Some((id, attribute)) = names.split_first() else { return unnamed() };
        let attribute: Option<Vec<&str>> = attribute.iter().map(Value::as_str).collect();
        let Some(attribute) = attribute.filter(|names| !names.is_empty()).map(|names| names.join(".")) else {
            return unnamed();
        };
        let of = |id: &str| self.attribute(stack, id, &attribute, span);
        match id.as_str() {
            Some(id) => of(id),
            None => self.of_named(stack, id, stack.ids(), &origin, of).unwrap_or_else(unnamed),
        }
    }

    /// An attribute of a resource, or an output of a nested stack.
    pub fn attribute(&self, stack: &'t Stack, id: &str, attribute: &str, span: Span) -> Value {
        let origin = Origin::expression(span);
        let Some(resource) = stack.resource(id) else {
            let of = |id: &str| self.attribute(stack, id, attribute, span);
            return self.instance_named(stack, id, &origin, of).unwrap_or_else(|| {
                let message = format!("`{}` is not a resource of this template", starred(id));
                let elsewhere = made_elsewhere(stack, id, attribute, &origin);
                elsewhere.unwrap_or_else(|| undeclared(stack, &format!("{id}.{attribute}"), message, origin))
            });
        };
        self.existing(stack, resource, span, || match (resource.kind(), attribute) {
            _ if resource.module().is_some() => self.absent(stack, resource, attribute, origin),
            (_, output) if resource.is_stack() && output.starts_with("Outputs.") => {
                self.output(stack, resource, output.trim_start_matches("Outputs."), span)
            }
            ("AWS::SSM::Parameter", "Value") => match resource.properties().and_then(|own| own.get("Value")) {
                Some(value) => self.evaluate(stack, value).through(span, Role::Expression),
                None => self.symbol(stack, id, attribute, origin),
            },
            _ if is_told(resource, attribute) => {
                named(format!("GetAtt({}.{attribute})", self.address_of(stack, id)), origin)
            }
            ("AWS::S3::Bucket", "Arn") => joined(
                [
                    Part::Literal("arn:".to_owned()),
                    self.partition(stack, &origin),
                    Part::Literal(":s3:::".to_owned()),
                    Part::Value(self.symbol(stack, id, "id", origin.clone())),
                ],
                origin,
            ),
            _ => self.symbol(stack, id, attribute, origin),
        })
    }

    fn partition(&self, stack: &'t Stack, origin: &Origin) -> Part {
        let partition = self.pseudo(stack, "AWS::Partition", origin.clone());
        partition.as_str().map(str::to_owned).map_or(Part::Value(partition), Part::Literal)
    }

    fn output(&self, stack: &'t Stack, resource: Declared<'t>, name: &str, span: Span) -> Value {
        let origin = Origin::expression(span);
        let address = stack.address_of(resource.id);
        for child in stack.nested(resource) {
            let here = match child {
                Child::Here(id) => self.tree.stack(*id),
                Child::Absent { .. } => None,
            };
            let case = self.is_case(child.case(self.tree), &origin);
            match (case.data, here) {
                (Data::Bool(false), _) => {}
                (Data::Bool(true), Some(child)) => {
                    let output = child.body.outputs.get(name);
                    let missing = || broken(format!("the stack {address} has no output `{name}`"), origin);
                    return output.map_or_else(missing, |output| self.output_of(child, output, span));
                }
                (Data::Bool(true), None) => return self.absent(stack, resource, &format!("Outputs.{name}"), origin),
                (data, _) => return Value::new(data, origin),
            }
        }
        broken(format!("the stack {address} has no output `{name}`"), origin)
    }

    fn absent(&self, stack: &Stack, resource: Declared<'_>, attribute: &str, origin: Origin) -> Value {
        absent(stack, resource, self.address_of(stack, resource.id), attribute, origin)
    }

    /// The value of an output, if it exists.
    pub fn output_of(&self, stack: &'t Stack, output: &'t Entry, span: Span) -> Value {
        let origin = Origin::expression(span);
        let name = output.key.text().unwrap_or_default();
        let exists = self.output_exists(stack, output);
        match exists.map(|exists| (exists.data, exists.origin)) {
            Some((Data::Bool(false), _)) => {
                Value::failed(format!("the output `{name}` does not exist: its condition is false"), origin)
            }
            Some((data @ (Data::Pending(_) | Data::Failed(_)), condition)) => {
                Value::new(data, origin.worked_out_from([&condition]))
            }
            _ => match output.value.get("Value") {
                Some(value) => {
                    let value = self.evaluate(stack, value);
                    value.through(output.value.span, Role::Output).through(span, Role::Expression)
                }
                None => broken(format!("the output `{name}` has no value"), origin),
            },
        }
    }

    /// What `compute` gives if the resource exists. CloudFormation refuses to name one whose condition is false.
    fn existing(&self, stack: &'t Stack, resource: Declared<'t>, span: Span, compute: impl FnOnce() -> Value) -> Value {
        let exists = self.exists(stack, resource);
        match exists.data {
            Data::Bool(true) => compute(),
            Data::Bool(false) => Value::failed(
                format!("`{}` does not exist: its condition is false", starred(resource.id)),
                Origin::expression(span),
            ),
            data => Value::new(data, Origin::expression(span).worked_out_from([&exists.origin])),
        }
    }

    /// Whether a resource exists, as far as its condition and the loops around it say: true, false, pending or failed.
    pub fn exists(&self, stack: &'t Stack, resource: Declared<'t>) -> Value {
        let origin = Origin::default;
        let chosen = stack.body.chosen.get(resource.id).into_iter().flatten();
        let chosen = chosen.map(|cases| {
            let others: Vec<Value> = cases.iter().map(|case| negated(self.is_case(case, &origin()))).collect();
            negated(every(&others, origin()))
        });
        let condition = resource.condition().map(|name| {
            let holds = self.holds(stack, name, "the Condition of a resource");
            let place = Origin::at(condition_place(stack, name), Role::Presence);
            Value { origin: place.worked_out_from([&holds.origin]), ..holds }
        });
        let truths: Vec<Value> = chosen.chain(condition).collect();
        match truths.as_slice() {
            [only] => only.clone(),
            _ => every(&truths, origin()),
        }
    }

    /// Whether the condition of an output holds, if it has one: true, false, pending or failed.
    pub fn output_exists(&self, stack: &'t Stack, output: &Entry) -> Option<Value> {
        Some(self.holds(stack, output.value.get("Condition")?, "the Condition of an output"))
    }
}

/// Whether a program of somebody's says what this is of a resource, so that it may be anything.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html>
fn is_told(resource: Declared<'_>, attribute: &str) -> bool {
    match resource.kind() {
        "AWS::CloudFormation::CustomResource" => true,
        "AWS::CloudFormation::WaitCondition" => attribute == "Data",
        kind => kind.starts_with("Custom::"),
    }
}

/// A name that the template does not declare: what is not read of it may, or a loop over what is not known.
pub fn undeclared(stack: &Stack, name: &str, message: String, origin: Origin) -> Value {
    if stack.may_repeat(name) {
        return Value::open(Input::derived(stack.address_of(name), origin.clone()), origin);
    }
    let Some(Unread { name: module, source, .. }) = stack.unread.clone() else { return broken(message, origin) };
    let name = stack.address_of(name);
    Value::open(Input::undecidable(name, Reason::ModuleNotOnDisk { module, source }, origin.clone()), origin)
}

/// Something of a nested stack or module whose template is not on disk, and which has this address.
fn absent(stack: &Stack, resource: Declared<'_>, module: String, attribute: &str, origin: Origin) -> Value {
    let name = format!("{module}.{attribute}");
    let reason = stack.nested(resource).iter().find_map(|child| match child {
        Child::Absent { reason, .. } => Some(reason.clone()),
        Child::Here(_) => None,
    });
    let reason = reason.unwrap_or_else(|| Reason::ModuleNotOnDisk { module, source: String::new() });
    Value::open(Input::undecidable(name, reason, origin.clone()), origin)
}

/// A name that the template does not declare, where something else does: a module whose resources are named after it, a
/// resource of SAM, which makes others beside it, or org-formation's list of accounts.
fn made_elsewhere(stack: &Stack, name: &str, attribute: &str, origin: &Origin) -> Option<Value> {
    let makers: Vec<Declared<'_>> = stack.resources().filter(|resource| name.starts_with(resource.id)).collect();
    if let Some(module) = makers.iter().find(|resource| resource.module().is_some()) {
        return Some(absent(stack, *module, stack.address_of(module.id), attribute, origin.clone()));
    }
    let is_serverless = stack.template.is_serverless()
        && (name.starts_with("Serverless")
            || makers.iter().any(|resource| resource.kind().starts_with("AWS::Serverless::")));
    (is_serverless || stack.template.is_of_an_organization()).then(|| {
        let source = SymbolSource::Resource(stack.address_of(name));
        Value::opaque(Symbol { source, attribute: attribute.to_owned() }, origin.clone())
    })
}
