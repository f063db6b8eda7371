//! What is deployed, in CloudFormation's words, whoever wrote it: units with resources, and the trails linked to
//! what they write to. Knows no syntax and no front end; a control never sees more than this.

mod address;
mod alike;
mod bucket;
mod declared;
mod exports;
mod foreign;
mod handed;
mod inputs;
mod known;
mod link;
mod logging;
mod made;
mod mentions;
mod named;
mod naming;
mod naming_index;
mod neighbourhood;
mod neighbours;
mod outputs;
mod place;
pub mod policy_document;
mod pool;
mod provider;
mod referred;
pub mod schema;
pub mod tags;
mod told;
mod unread;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

pub use address::{index_behind, may_be_same, stands_for, stands_for_all, without_indices};
pub use bucket::{
    Acl, AclSpelling, Apart, Bucket, Others, PublicAccessBlock, Satellites, account_number, own_account_blocks,
};
pub use declared::Declared;
pub use exports::{join, join_beside};
pub use handed::{may_be_there, may_hold_trails, unread};
pub use inputs::{
    ACCOUNT_OPTION, GivenVariable, Inputs, Kept, OpenInputs, PARTITION_OPTION, REGION_OPTION, is_of_place,
};
pub use known::{KnownBucket, Openness};
pub use link::{Link, bucket as link_bucket, exists};
pub use logging::Logging;
pub use made::{Made, declared_for, made_by};
pub use named::undecided as undecided_name;
pub use naming::Naming;
pub use naming_index::NamingIndex;
pub use neighbourhood::{Beside, Neighbourhood};
pub use neighbours::{AccountBlocks, Neighbours, Target, bucket_in, in_unit, naming_places, other_names, targets};
pub use outputs::{Foreign, Outputs};
pub use place::{Accounts, partition_of, suffix_of};
pub use pool::{is_any_number, is_of_instance};
pub use provider::Provider;
pub use told::Told;
pub use unread::Unread;
pub use whole::{Whole, wholes};

use crate::finding::{FileError, Note};
use crate::source::Span;
use crate::value::{Decided, Failure, Origin, Question, Reason, Role, Value, World};

/// What is deployed at once: a Terraform root module, a template, a plan, a stack of an assembly.
pub trait Unit: Send + Sync {
    /// The path from the current directory: the directory of a module, the file of a template.
    fn path(&self) -> &str;

    /// The unit's language, for the smallest change a finding proposes.
    fn language(&self) -> Language;

    /// The account, where the source names it (an assembly's environment).
    fn account(&self) -> Option<String> {
        None
    }

    /// The unit as it is in one world. One estate is used by one thread.
    fn estate<'a>(&'a self, world: &'a World) -> Box<dyn Estate + 'a>;

    /// Whether the unit has an input of this name that a caller can give a value: a root variable, a parameter.
    fn declares(&self, input: &str) -> bool;

    /// Why the tool would refuse the value that an input is given before it looks at anything else, where it would.
    fn refuses(&self, _input: &str) -> Option<String> {
        None
    }

    /// Where that is declared which an expression calls by this name, and what gives it a value.
    fn declared(&self, _name: &str) -> Option<Declared> {
        None
    }

    /// What something of this name in an expression is worked out from, where it is no input itself, by its canonical texts.
    fn ingredients(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// The options that beat what an expression of this name is read for: under Terragrunt those of the variables that are
    /// handed what the environment or another unit's output is worth.
    fn overriding(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// Where its first trail is written, whether or not that exists with these inputs.
    fn written_trail(&self) -> Option<Span> {
        None
    }

    /// Other values that inputs could be given although they have one: a parameter's allowed values beside its default. `None`
    /// stands for any value, where those are too many to name.
    fn alternatives(&self) -> Vec<(String, Option<String>)> {
        Vec::new()
    }

    /// The inputs that keep something of their default although every input is open, because it names what there is.
    fn kept(&self) -> Vec<Kept> {
        Vec::new()
    }

    /// The unit where those are open too; `None` when it cannot be had.
    fn without_kept(&self) -> Option<Box<dyn Unit>> {
        None
    }

    /// The unit of the same text where no input has a value that it can be without, and blocks that have no instance may have
    /// one: what it deploys there it deploys, if anything does. `None` where it deploys nothing that stands in other files, or
    /// only what it deploys with these inputs.
    fn whatever_is_given(&self) -> Option<Box<dyn Unit>> {
        None
    }

    /// Where the program that wrote the source made this resource, if the source says so.
    fn created(&self, _resource: &Resource) -> Option<Created> {
        None
    }

    /// The unit with another value for one input, or any; `None` when it cannot be had.
    fn with(&self, _input: &str, _value: Option<&str>) -> Option<Box<dyn Unit>> {
        None
    }

    /// The whole literal names of what it imports.
    fn imports(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// Takes what other units export under these names for what it imports.
    fn join(&mut self, _exported: BTreeMap<String, Value>) {}

    /// Takes whom to ask what resources of the unit put out that deploy something in another language.
    fn consult(&mut self, _outputs: Arc<dyn Outputs>) {}

    /// Remarks about the unit.
    fn notes(&self) -> Vec<Note>;

    /// Files of the unit that could not be read or parsed.
    fn errors(&self) -> Vec<FileError>;
}

/// A unit in one world. Nothing here asks: what an answer decides is a pending value.
pub trait Estate {
    /// The resources of one kind, in source order, with those whose existence is still a question.
    fn resources(&self, kind: Kind) -> Vec<Resource>;

    /// The first resource of one kind that has this address.
    fn resource(&self, kind: Kind, address: &str) -> Option<Resource> {
        self.resources(kind).into_iter().find(|resource| resource.address == address)
    }

    /// The resources of a kind that may name the bucket which goes by this address or literal name, or are that bucket, in
    /// source order: all of the kind, where an estate cannot tell without comparing each.
    fn naming(&self, kind: Kind, _address: &str, _name: Option<&str>) -> Vec<Resource> {
        self.resources(kind)
    }

    /// Whether a resource may name the bucket which goes by this address and literal name, whatever the inputs are: false only
    /// where what is written tells that it names others.
    fn may_name(&self, _resource: &Resource, _address: &str, _name: Option<&str>) -> bool {
        true
    }

    /// The instance of this address of blocks of which it is not known which instances there are, where `any` stands for all
    /// of them: one is made when something names it. `None` where there is none in this world.
    fn instance(&self, any: &Resource, address: &str) -> Option<Resource> {
        Some(any.like(any.kind, address.to_owned()))
    }

    /// The instance of those that `all` stands for that is made of what stands under an index in another collection, where that
    /// is not its own index: of a block over a set of what a loop makes of a map. `None` where nothing tells of one.
    fn made_of(&self, _all: &Resource, _index: &str) -> Option<Resource> {
        None
    }

    /// The index of the instance that has this name because the index stands in it, of a block of which it is not known which
    /// instances there are, where `any` stands for all of them. `None` where nothing tells that there is such an instance.
    fn index_called(&self, _any: &Resource, _name: &Value) -> Option<String> {
        None
    }

    /// Whether two listed instances of one block have one key, where a key is not known: known, or pending. `None` where nothing
    /// tells that.
    fn has_key_of(&self, _one: &Resource, _other: &Resource) -> Option<Value> {
        None
    }

    /// An instance of what `any` stands for beside a resource that is there: what holds for that one does for this.
    fn instance_beside(&self, any: &Resource, address: &str, _beside: &Resource) -> Option<Resource> {
        self.instance(any, address)
    }

    /// A property by CloudFormation's name, evaluated when read; null (with the header as origin) when absent.
    /// The properties of each kind are listed at [`Kind`].
    fn property(&self, resource: &Resource, name: &str) -> Value;

    /// Whether the unit says of a resource that it exists already, whoever made it.
    fn adopts(&self, _resource: &Resource) -> bool {
        false
    }

    /// What is missing of the unit's own text, where that may declare further resources.
    fn unread(&self) -> Option<Reason> {
        None
    }

    /// What the unit is written in.
    fn language(&self) -> Language;

    /// The provider configuration of what names none: it leads to the account that the unit is deployed to.
    fn default_provider(&self) -> Provider {
        Provider::default()
    }

    /// What the unit exports for others to import, by whole literal names, with the values.
    fn exports(&self) -> Vec<(String, Value)> {
        Vec::new()
    }

    /// Where the unit is deployed, as far as the source says.
    fn environment(&self) -> Environment {
        Environment::default()
    }

    /// The names of the properties that a resource may have, for whoever wants all of them: what the author of a template
    /// wrote, or what the schema knows of Terraform's.
    fn property_names(&self, resource: &Resource) -> Vec<String> {
        schema::names(resource.kind).map(str::to_owned).collect()
    }

    /// What stands beside the properties of a resource, by CloudFormation's names: `Metadata`, `DeletionPolicy`,
    /// `DependsOn`. Terraform has nothing that means the same.
    fn attributes(&self, _resource: &Resource) -> Vec<(String, Value)> {
        Vec::new()
    }

    /// Why the real tool would refuse the answers of this world, if it would (a validation, `AllowedPattern`, a `Rules`
    /// assertion).
    ///
    /// # Errors
    /// [`crate::value::Stop::Ask`] with what has to be answered first where something that these answers had a part in waits
    /// for another one: a `Rules` assertion over two parameters of which one is answered.
    fn refusal(&self) -> Decided<Option<Arc<Failure>>>;

    /// Whether the real tool would refuse the answers of this world.
    fn rejected(&self) -> bool {
        matches!(self.refusal(), Ok(Some(_)))
    }
}

/// What a unit is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Terraform, HCL or JSON.
    Terraform,
    /// CloudFormation in YAML.
    CloudFormationYaml,
    /// CloudFormation in JSON.
    CloudFormationJson,
}

/// The kinds of resources the model knows, with the properties an estate answers for. Where Terraform splits what
/// CloudFormation has in one resource, both are here and the model joins them. Property values have
/// CloudFormation's shapes: lists of maps for repeated blocks, CloudFormation's key names inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `AWS::CloudTrail::Trail`: `TrailName S3BucketName S3KeyPrefix IsLogging IsMultiRegionTrail IsOrganizationTrail
    /// IncludeGlobalServiceEvents EnableLogFileValidation KMSKeyId CloudWatchLogsLogGroupArn CloudWatchLogsRoleArn
    /// SnsTopicName InsightSelectors EventSelectors[ReadWriteType IncludeManagementEvents ExcludeManagementEventSources DataResources]
    /// AdvancedEventSelectors[Name FieldSelectors[Field Equals NotEquals StartsWith EndsWith NotStartsWith NotEndsWith]]`
    Trail,
    /// `AWS::S3::Bucket`: `BucketName AccessControl Grants[URI Permission]` (Terraform's inline grants)
    /// `OwnershipControls{Rules[ObjectOwnership]} PublicAccessBlockConfiguration{four flags}
    /// LoggingConfiguration{DestinationBucketName LogFilePrefix} PolicyDocument` (Terraform's inline policy)
    Bucket,
    /// `AWS::S3::BucketPolicy`, `aws_s3_bucket_policy`: `Bucket PolicyDocument` (an object or a JSON text)
    BucketPolicy,
    /// `aws_s3_bucket_acl`: `Bucket AccessControl Grants[URI Permission]`
    BucketAcl,
    /// `aws_s3_bucket_public_access_block`: `Bucket BlockPublicAcls BlockPublicPolicy IgnorePublicAcls RestrictPublicBuckets`
    PublicAccessBlock,
    /// `aws_s3_account_public_access_block`: the same four flags
    AccountPublicAccessBlock,
    /// `aws_s3_bucket_ownership_controls`: `Bucket ObjectOwnership`
    OwnershipControls,
    /// `aws_s3_bucket_logging`: `Bucket DestinationBucketName LogFilePrefix`
    BucketLogging,
    /// `aws_s3_bucket_versioning`: `Bucket Status`
    BucketVersioning,
    /// `aws_s3_bucket_server_side_encryption_configuration`: `Bucket ServerSideEncryptionConfiguration[…]`
    BucketEncryption,
    /// `aws_s3_bucket_replication_configuration`: `Bucket Role Rules[…]`
    BucketReplication,
    /// `aws_s3_bucket_lifecycle_configuration`: `Bucket Rules[…]`
    BucketLifecycle,
    /// `aws_s3_bucket_object_lock_configuration`: `Bucket ObjectLockEnabled Rule{DefaultRetention}`
    BucketObjectLock,
    /// `AWS::KMS::Key`: `Description EnableKeyRotation PendingWindowInDays KeyPolicy` and its other properties
    Key,
    /// `AWS::Logs::LogGroup`: `LogGroupName RetentionInDays KmsKeyId LogGroupClass`
    LogGroup,
    /// What deploys something in another language, or what is not in the sources: `aws_cloudformation_stack`,
    /// `aws_cloudcontrolapi_resource`, a product of the Service Catalog. `TypeName` of a resource of the Cloud Control API;
    /// `Parameters` and `Body`, a text in JSON or YAML, or `TemplateURL`; [`DEPLOYED_TO`]
    Foreign,
    /// A module whose source is not on disk: `Source`, and `Arguments`, a map of what is handed to it
    AbsentModule,
}

/// A resource that exists, or may. The worlds of a unit share what does not differ in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource(Arc<Described>);

/// What is known of a resource beside its properties.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// What it is.
    pub kind: Kind,
    /// What it is written in: Terraform deploys templates too.
    pub language: Language,
    /// The Terraform address as Terraform prints it, or the logical id (joined by dots in nested stacks).
    pub address: String,
    /// A name the author knows it by (a CDK construct path).
    pub name: Option<String>,
    /// The one line that announces it, where a missing property would be written.
    pub header: Span,
    /// For a module that is not the user's: the `module` block to point at instead.
    pub caller: Option<Span>,
    /// The other headers that announce it: of the blocks of override files that change it, of the `module` blocks or nested
    /// stacks that it lies in, the innermost first, and of the block of a `terragrunt.hcl` that deploys it.
    pub callers: Vec<Span>,
    /// The provider configuration it belongs to.
    pub provider: Provider,
    /// Whether it exists.
    pub existence: Existence,
    /// What says whether it does: conditions, counts and loops, its own and those of what it lies in, and what they are worked
    /// out from. Empty where it is there whatever the inputs are.
    pub presence: Origin,
    /// The front end's own number for it, valid in the estate that gave it.
    pub handle: usize,
}

/// What tells where something is deployed in another language: the provider configuration that deploys it, with the Region
/// that it names itself, as one text that is empty where both are the unit's own; and what the account and the Region, the
/// partition that they lie in and its domain are worth there, null where nothing tells.
pub const DEPLOYED_TO: [&str; 5] = [DEPLOYED_BY, "AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix"];
/// The first of these.
pub const DEPLOYED_BY: &str = "AWS::Provider";

impl Resource {
    /// One of this kind and address that is like it otherwise.
    #[must_use]
    pub fn like(&self, kind: Kind, address: String) -> Self {
        Described { kind, address, ..self.0.as_ref().clone() }.into()
    }

    /// Where it stands, and what says whether it is there.
    #[must_use]
    pub fn place(&self) -> Origin {
        Origin::at(self.header, Role::Header).there_by(&self.presence)
    }

    /// A value of the resource, which is there as long as that is.
    #[must_use]
    pub fn owned(&self, value: Value) -> Value {
        Value { origin: value.origin.there_by(&self.presence), ..value }
    }
}

impl From<Described> for Resource {
    fn from(described: Described) -> Self {
        Self(Arc::new(described))
    }
}

impl Deref for Resource {
    type Target = Described;

    fn deref(&self) -> &Described {
        &self.0
    }
}

/// Whether a resource exists in a world.
#[derive(Debug, Clone, PartialEq)]
pub enum Existence {
    /// It does.
    Exists,
    /// The answer to this question comes first. Its properties can be read as if it existed.
    May(Arc<Question>),
}

/// A place in the program that wrote a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The file and line, as people read them.
    pub place: String,
    /// The line itself, if the file is here.
    pub span: Option<Span>,
}

/// Where something is deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The account id.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
}

impl Environment {
    /// Whether both may be the same place: nothing that is known of them differs.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        let agree = |left: &Option<String>, right: &Option<String>| left.is_none() || right.is_none() || left == right;
        agree(&self.account, &other.account) && agree(&self.region, &other.region)
    }
}
