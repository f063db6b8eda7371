//! CloudFormation templates, evaluated as CloudFormation does.
