//! Terraform's side of the model, shared by everyone who reads Terraform's sources or plans: which arguments and blocks
//! hold each CloudFormation property, and what the provider makes of an argument that is not written.
//!
//! Defaults are those of the AWS provider's `aws_cloudtrail` and `aws_s3_*_public_access_block` resources:
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail>

mod parts;

use crate::value::Value;

use super::Kind;

/// Where a property comes from. Of several properties of one name in a block, the last that is written counts.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// CloudFormation's name.
    pub name: &'static str,
    /// Terraform's side.
    pub from: From,
}

/// Terraform's side of a property.
#[derive(Debug, Clone, Copy)]
pub enum From {
    /// A boolean argument with its default.
    Flag(&'static str, bool),
    /// A boolean argument; absent ones are null.
    Bool(&'static str),
    /// A text argument; absent ones are null.
    Text(&'static str),
    /// A text argument with a default.
    TextOr(&'static str, &'static str),
    /// A list of texts; absent ones are null.
    Texts(&'static str),
    /// Any argument, as it is.
    Plain(&'static str),
    /// Nested blocks, as a list of maps.
    Blocks(&'static str, &'static [Property]),
    /// A nested block that stands at most once, as a map.
    Block(&'static str, &'static [Property]),
    /// A property inside of a nested block that stands at most once.
    Inside(&'static str, &'static Property),
    /// A boolean argument that CloudFormation spells as one of two words: for true, for false.
    Switch(&'static str, [&'static str; 2]),
    /// A map of tags, as a list of `Key` and `Value`. Those of a resource hold its provider's default tags too.
    Tags(&'static str),
    /// Blocks with a grantee and permissions, one map a permission.
    Grants(Grants),
}

/// How grants are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grants {
    /// `grant { uri = …, permissions = […] }` in a bucket.
    Inline,
    /// `access_control_policy { grant { grantee { uri = … } permission = … } }`.
    Policy,
}

const fn property(name: &'static str, from: From) -> Property {
    Property { name, from }
}

/// The kind of a Terraform resource type.
#[must_use]
pub fn kind(terraform_type: &str) -> Option<Kind> {
    TYPES.iter().find(|(name, ..)| *name == terraform_type).map(|(_, kind, _)| *kind)
}

/// The properties of a Terraform resource type; none of one that the model does not know.
#[must_use]
pub fn properties(terraform_type: &str) -> &'static [Property] {
    TYPES.iter().find(|(name, ..)| *name == terraform_type).map_or(&[], |(_, _, properties)| properties)
}

/// Whether resources of a kind are declared beside a bucket and belong to it.
#[must_use]
pub fn belongs_to_bucket(kind: Kind) -> bool {
    kind != Kind::Bucket && names(kind).any(|name| name == "Bucket")
}

/// The names of the properties of a kind.
pub fn names(kind: Kind) -> impl Iterator<Item = &'static str> {
    let properties = TYPES.iter().find(|(_, known, _)| *known == kind).map_or(&[][..], |(_, _, properties)| properties);
    properties.iter().map(|property| property.name)
}

/// A boolean as one of two words, where it is known.
#[must_use]
pub fn switched(value: &Value, [on, off]: [&'static str; 2]) -> Value {
    value
        .as_bool()
        .map_or_else(|| value.clone().unsaid(), |is_on| Value::text(if is_on { on } else { off }, value.origin.clone()))
}

const TYPES: &[(&str, Kind, &[Property])] = &[
    ("aws_cloudtrail", Kind::Trail, TRAIL),
    ("awscc_cloudtrail_trail", Kind::Trail, CLOUD_CONTROL_TRAIL),
    ("aws_s3_bucket", Kind::Bucket, BUCKET),
    ("awscc_s3_bucket", Kind::Bucket, CLOUD_CONTROL_BUCKET),
    ("aws_s3_bucket_policy", Kind::BucketPolicy, BUCKET_POLICY),
    ("awscc_s3_bucket_policy", Kind::BucketPolicy, CLOUD_CONTROL_BUCKET_POLICY),
    ("aws_s3_bucket_acl", Kind::BucketAcl, BUCKET_ACL),
    ("aws_s3_bucket_public_access_block", Kind::PublicAccessBlock, PUBLIC_ACCESS_BLOCK),
    ("aws_s3_account_public_access_block", Kind::AccountPublicAccessBlock, ACCOUNT_PUBLIC_ACCESS_BLOCK),
    ("aws_s3_bucket_ownership_controls", Kind::OwnershipControls, OWNERSHIP_CONTROLS),
    ("aws_s3_bucket_logging", Kind::BucketLogging, BUCKET_LOGGING),
    ("aws_s3_bucket_versioning", Kind::BucketVersioning, BUCKET_VERSIONING),
    ("aws_s3_bucket_server_side_encryption_configuration", Kind::BucketEncryption, BUCKET_ENCRYPTION),
    ("aws_s3_bucket_replication_configuration", Kind::BucketReplication, BUCKET_REPLICATION),
    ("aws_s3_bucket_lifecycle_configuration", Kind::BucketLifecycle, BUCKET_LIFECYCLE),
    ("aws_s3_bucket_object_lock_configuration", Kind::BucketObjectLock, BUCKET_OBJECT_LOCK),
    ("aws_cloudformation_stack", Kind::Foreign, STACK),
    ("aws_cloudformation_stack_set", Kind::Foreign, STACK),
    ("aws_servicecatalog_provisioned_product", Kind::Foreign, PROVISIONED_PRODUCT),
    ("aws_cloudformation_stack_instances", Kind::Foreign, STACK_INSTANCES),
    ("aws_cloudformation_stack_set_instance", Kind::Foreign, STACK_INSTANCES),
    ("aws_cloudcontrolapi_resource", Kind::Foreign, CLOUD_CONTROL_RESOURCE),
    ("aws_kms_key", Kind::Key, KEY),
    ("aws_cloudwatch_log_group", Kind::LogGroup, LOG_GROUP),
];

const TRAIL: &[Property] = &[
    property("TrailName", From::Text("name")),
    property("S3BucketName", From::Text("s3_bucket_name")),
    property("S3KeyPrefix", From::Text("s3_key_prefix")),
    property("IsLogging", From::Flag("enable_logging", true)),
    property("IsMultiRegionTrail", From::Flag("is_multi_region_trail", false)),
    property("IsOrganizationTrail", From::Flag("is_organization_trail", false)),
    property("IncludeGlobalServiceEvents", From::Flag("include_global_service_events", true)),
    property("EnableLogFileValidation", From::Flag("enable_log_file_validation", false)),
    property("KMSKeyId", From::Text("kms_key_id")),
    property("CloudWatchLogsLogGroupArn", From::Text("cloud_watch_logs_group_arn")),
    property("CloudWatchLogsRoleArn", From::Text("cloud_watch_logs_role_arn")),
    property("SnsTopicName", From::Text("sns_topic_name")),
    property("EventSelectors", From::Blocks("event_selector", EVENT_SELECTOR)),
    property("AdvancedEventSelectors", From::Blocks("advanced_event_selector", ADVANCED_EVENT_SELECTOR)),
    property("InsightSelectors", From::Blocks("insight_selector", INSIGHT_SELECTOR)),
    TAGS,
];

const STACK: &[Property] = &[
    property("Parameters", From::Plain("parameters")),
    property("Body", From::Plain("template_body")),
    property("TemplateURL", From::Plain("template_url")),
];

const STACK_INSTANCES: &[Property] = &[property("Parameters", From::Plain("parameter_overrides"))];

const PROVISIONED_PRODUCT: &[Property] =
    &[property("Parameters", From::Blocks("provisioning_parameters", &[property("Value", From::Text("value"))]))];

const CLOUD_CONTROL_RESOURCE: &[Property] =
    &[property("TypeName", From::Text("type_name")), property("Body", From::Plain("desired_state"))];

const TAGS: Property = property("Tags", From::Tags("tags"));

const INSIGHT_SELECTOR: &[Property] = &[
    property("InsightType", From::Text("insight_type")),
    property("EventCategories", From::Texts("event_categories")),
];

const EVENT_SELECTOR: &[Property] = &[
    property("ReadWriteType", From::TextOr("read_write_type", "All")),
    property("IncludeManagementEvents", From::Flag("include_management_events", true)),
    property("ExcludeManagementEventSources", From::Texts("exclude_management_event_sources")),
    property("DataResources", From::Blocks("data_resource", DATA_RESOURCE)),
];

const DATA_RESOURCE: &[Property] = &[property("Type", From::Text("type")), property("Values", From::Texts("values"))];

const ADVANCED_EVENT_SELECTOR: &[Property] =
    &[property("Name", From::Text("name")), property("FieldSelectors", From::Blocks("field_selector", FIELD_SELECTOR))];

const FIELD_SELECTOR: &[Property] = &[
    property("Field", From::Text("field")),
    property("Equals", From::Texts("equals")),
    property("NotEquals", From::Texts("not_equals")),
    property("StartsWith", From::Texts("starts_with")),
    property("EndsWith", From::Texts("ends_with")),
    property("NotStartsWith", From::Texts("not_starts_with")),
    property("NotEndsWith", From::Texts("not_ends_with")),
];

const BUCKET: &[Property] = &[
    property("BucketName", From::Text("bucket")),
    property("AccessControl", From::Text("acl")),
    property("Grants", From::Grants(Grants::Inline)),
    property("LoggingConfiguration", From::Block("logging", LOGGING)),
    property("PolicyDocument", From::Plain("policy")),
    property("ObjectLockEnabled", From::Flag("object_lock_enabled", false)),
    property("BucketEncryption", From::Block("server_side_encryption_configuration", BUCKET_ENCRYPTION)),
    property("VersioningConfiguration", From::Block("versioning", VERSIONING)),
    property("ReplicationConfiguration", From::Block("replication_configuration", parts::INLINE_REPLICATION)),
    property("LifecycleRules", From::Blocks("lifecycle_rule", parts::INLINE_LIFECYCLE_RULE)),
    property("ObjectLockConfiguration", From::Block("object_lock_configuration", parts::OBJECT_LOCK)),
    TAGS,
];

const LOGGING: &[Property] = &[
    property("DestinationBucketName", From::Text("target_bucket")),
    property("LogFilePrefix", From::Text("target_prefix")),
];

const BUCKET_POLICY: &[Property] =
    &[property("Bucket", From::Text("bucket")), property("PolicyDocument", From::Plain("policy"))];

/// The Cloud Control provider has CloudFormation's properties under its own spelling of their names, no defaults, and nested
/// attributes where others have blocks.
/// <https://registry.terraform.io/providers/hashicorp/awscc/latest/docs/resources/cloudtrail_trail>
const CLOUD_CONTROL_TRAIL: &[Property] = &[
    property("TrailName", From::Text("trail_name")),
    property("S3BucketName", From::Text("s3_bucket_name")),
    property("S3KeyPrefix", From::Text("s3_key_prefix")),
    property("IsLogging", From::Bool("is_logging")),
    property("IsMultiRegionTrail", From::Bool("is_multi_region_trail")),
    property("IsOrganizationTrail", From::Bool("is_organization_trail")),
    property("IncludeGlobalServiceEvents", From::Bool("include_global_service_events")),
    property("EnableLogFileValidation", From::Bool("enable_log_file_validation")),
    property("KMSKeyId", From::Text("kms_key_id")),
    property("CloudWatchLogsLogGroupArn", From::Text("cloudwatch_logs_log_group_arn")),
    property("CloudWatchLogsRoleArn", From::Text("cloudwatch_logs_role_arn")),
    property("SnsTopicName", From::Text("sns_topic_name")),
    property("EventSelectors", From::Blocks("event_selectors", CLOUD_CONTROL_EVENT_SELECTOR)),
    property("AdvancedEventSelectors", From::Blocks("advanced_event_selectors", CLOUD_CONTROL_ADVANCED_EVENT_SELECTOR)),
    property("InsightSelectors", From::Blocks("insight_selectors", INSIGHT_SELECTOR)),
    CLOUD_CONTROL_TAGS,
];

const CLOUD_CONTROL_TAGS: Property = property("Tags", From::Blocks("tags", parts::TAG));

const CLOUD_CONTROL_EVENT_SELECTOR: &[Property] = &[
    property("ReadWriteType", From::Text("read_write_type")),
    property("IncludeManagementEvents", From::Bool("include_management_events")),
    property("ExcludeManagementEventSources", From::Texts("exclude_management_event_sources")),
    property("DataResources", From::Blocks("data_resources", DATA_RESOURCE)),
];

const CLOUD_CONTROL_ADVANCED_EVENT_SELECTOR: &[Property] = &[
    property("Name", From::Text("name")),
    property("FieldSelectors", From::Blocks("field_selectors", FIELD_SELECTOR)),
];

/// <https://registry.terraform.io/providers/hashicorp/awscc/latest/docs/resources/s3_bucket>
const CLOUD_CONTROL_BUCKET: &[Property] = &[
    property("BucketName", From::Text("bucket_name")),
    property("AccessControl", From::Text("access_control")),
    property("LoggingConfiguration", From::Block("logging_configuration", CLOUD_CONTROL_LOGGING)),
    property("PublicAccessBlockConfiguration", From::Block("public_access_block_configuration", CLOUD_CONTROL_BLOCK)),
    property("OwnershipControls", From::Block("ownership_controls", CLOUD_CONTROL_OWNERSHIP)),
    property("ObjectLockEnabled", From::Bool("object_lock_enabled")),
    property("VersioningConfiguration", From::Block("versioning_configuration", CLOUD_CONTROL_VERSIONING)),
    property("BucketEncryption", From::Block("bucket_encryption", CLOUD_CONTROL_ENCRYPTION)),
    property("ReplicationConfiguration", From::Block("replication_configuration", parts::INLINE_REPLICATION)),
    property("LifecycleConfiguration", From::Block("lifecycle_configuration", parts::CLOUD_CONTROL_LIFECYCLE)),
    property("ObjectLockConfiguration", From::Block("object_lock_configuration", parts::OBJECT_LOCK)),
    CLOUD_CONTROL_TAGS,
];

const CLOUD_CONTROL_LOGGING: &[Property] = &[
    property("DestinationBucketName", From::Text("destination_bucket_name")),
    property("LogFilePrefix", From::Text("log_file_prefix")),
];

const CLOUD_CONTROL_BLOCK: &[Property] = &[
    property("BlockPublicAcls", From::Bool("block_public_acls")),
    property("BlockPublicPolicy", From::Bool("block_public_policy")),
    property("IgnorePublicAcls", From::Bool("ignore_public_acls")),
    property("RestrictPublicBuckets", From::Bool("restrict_public_buckets")),
];

const CLOUD_CONTROL_OWNERSHIP: &[Property] = &[property("Rules", From::Blocks("rules", &[OBJECT_OWNERSHIP]))];

const CLOUD_CONTROL_VERSIONING: &[Property] = &[property("Status", From::Text("status"))];

const CLOUD_CONTROL_ENCRYPTION: &[Property] = &[property(
    "ServerSideEncryptionConfiguration",
    From::Blocks("server_side_encryption_configuration", CLOUD_CONTROL_ENCRYPTION_RULE),
)];

const CLOUD_CONTROL_ENCRYPTION_RULE: &[Property] = &[
    property("ServerSideEncryptionByDefault", From::Block("server_side_encryption_by_default", ENCRYPTION)),
    property("BucketKeyEnabled", From::Bool("bucket_key_enabled")),
];

/// <https://registry.terraform.io/providers/hashicorp/awscc/latest/docs/resources/s3_bucket_policy>
const CLOUD_CONTROL_BUCKET_POLICY: &[Property] =
    &[property("Bucket", From::Text("bucket")), property("PolicyDocument", From::Plain("policy_document"))];

const BUCKET_ACL: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("AccessControl", From::Text("acl")),
    property("Grants", From::Grants(Grants::Policy)),
];

const PUBLIC_ACCESS_BLOCK: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("BlockPublicAcls", From::Flag("block_public_acls", false)),
    property("BlockPublicPolicy", From::Flag("block_public_policy", false)),
    property("IgnorePublicAcls", From::Flag("ignore_public_acls", false)),
    property("RestrictPublicBuckets", From::Flag("restrict_public_buckets", false)),
];

const ACCOUNT_PUBLIC_ACCESS_BLOCK: &[Property] = &[
    property("AccountId", From::Text("account_id")),
    property("BlockPublicAcls", From::Flag("block_public_acls", false)),
    property("BlockPublicPolicy", From::Flag("block_public_policy", false)),
    property("IgnorePublicAcls", From::Flag("ignore_public_acls", false)),
    property("RestrictPublicBuckets", From::Flag("restrict_public_buckets", false)),
];

const OBJECT_OWNERSHIP: Property = property("ObjectOwnership", From::Text("object_ownership"));

const OWNERSHIP_CONTROLS: &[Property] =
    &[property("Bucket", From::Text("bucket")), property("ObjectOwnership", From::Inside("rule", &OBJECT_OWNERSHIP))];

const BUCKET_LOGGING: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("DestinationBucketName", From::Text("target_bucket")),
    property("LogFilePrefix", From::Text("target_prefix")),
];

const BUCKET_VERSIONING: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("Status", From::Inside("versioning_configuration", &property("Status", From::Text("status")))),
];

const BUCKET_ENCRYPTION: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("ServerSideEncryptionConfiguration", From::Blocks("rule", ENCRYPTION_RULE)),
];

const ENCRYPTION_RULE: &[Property] = &[
    property("ServerSideEncryptionByDefault", From::Block("apply_server_side_encryption_by_default", ENCRYPTION)),
    property("BucketKeyEnabled", From::Flag("bucket_key_enabled", false)),
];

const ENCRYPTION: &[Property] = &[
    property("SSEAlgorithm", From::Text("sse_algorithm")),
    property("KMSMasterKeyID", From::Text("kms_master_key_id")),
];

const VERSIONING: &[Property] = &[property("Status", From::Switch("enabled", ["Enabled", "Suspended"]))];

const BUCKET_REPLICATION: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("Role", From::Text("role")),
    property("Rules", From::Blocks("rule", parts::REPLICATION_RULE)),
];

const BUCKET_LIFECYCLE: &[Property] =
    &[property("Bucket", From::Text("bucket")), property("Rules", From::Blocks("rule", parts::LIFECYCLE_RULE))];

const BUCKET_OBJECT_LOCK: &[Property] = &[
    property("Bucket", From::Text("bucket")),
    property("ObjectLockEnabled", From::TextOr("object_lock_enabled", "Enabled")),
    property("Rule", From::Block("rule", parts::OBJECT_LOCK_RULE)),
];

const KEY: &[Property] = &[
    property("Description", From::Text("description")),
    property("EnableKeyRotation", From::Flag("enable_key_rotation", false)),
    property("RotationPeriodInDays", From::Plain("rotation_period_in_days")),
    property("Enabled", From::Bool("is_enabled")),
    property("MultiRegion", From::Bool("multi_region")),
    property("KeySpec", From::Text("customer_master_key_spec")),
    property("KeyUsage", From::Text("key_usage")),
    property("PendingWindowInDays", From::Plain("deletion_window_in_days")),
    property("BypassPolicyLockoutSafetyCheck", From::Bool("bypass_policy_lockout_safety_check")),
    property("KeyPolicy", From::Plain("policy")),
    TAGS,
];

const LOG_GROUP: &[Property] = &[
    property("LogGroupName", From::Text("name")),
    property("RetentionInDays", From::Plain("retention_in_days")),
    property("KmsKeyId", From::Text("kms_key_id")),
    property("LogGroupClass", From::Text("log_group_class")),
    TAGS,
];
