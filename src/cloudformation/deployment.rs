//! What is known about the deployment of a template beyond its own text: which stack it becomes, where, with which
//! parameters, and which lines of a program made it. Of a template on its own nothing is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::model::{Created, Environment};
use crate::source::{Sources, Span};
use crate::syntax::{Node, json};
use crate::value::Value;

use super::given::{Given, GivenValue};

/// The deployment of one template.
#[derive(Debug, Default)]
pub struct Deployment {
    /// What the assembly calls the stack.
    pub id: Option<String>,
    /// Whether other stacks are made of the same template.
    pub is_one_of_several: bool,
    /// The stack's name.
    pub stack_name: Option<String>,
    /// Where the stack is deployed.
    pub environment: Environment,
    /// What tells its account from others': the account id, or the assembly and the environment as it names it.
    pub account: Option<String>,
    /// Values for its parameters.
    pub parameters: Vec<GivenValue>,
    /// The files beside the template that are published, by the last part of the address that each gets.
    pub published: Arc<BTreeMap<String, String>>,
    /// What is known about its constructs.
    pub constructs: Constructs,
}

/// A resource of another language that deploys a template.
#[derive(Debug)]
pub struct Deployer {
    /// What the logical ids of the template stand behind in addresses: the resource's own address, or nothing.
    pub address: String,
    /// What tells the account and Region of the template from the resource's own; empty where those are its own.
    pub account: String,
    /// What it hands in, by the names of parameters, before anything is answered.
    pub arguments: Value,
    /// What tells where it deploys, as [`crate::model::DEPLOYED_TO`] has it, before anything is answered.
    pub deployed_to: Vec<(&'static str, Value)>,
}

/// What a root template gets from outside of its unit, in one world.
pub trait Surroundings {
    /// What is handed in for a parameter, or what tells where the template is deployed.
    fn hands_in(&self, name: &str) -> Value;

    /// What a stack that is deployed beside it exports under a name.
    fn exports(&self, _name: &str) -> Option<Value> {
        None
    }
}

impl Surroundings for &Deployer {
    fn hands_in(&self, name: &str) -> Value {
        let told = self.deployed_to.iter().find(|(told, _)| *told == name);
        told.map_or_else(|| self.arguments.field(name), |(_, value)| value.clone())
    }
}

impl Deployment {
    /// What reports call the unit whose template is at `path`: stacks of one template are told apart as if they lay in it.
    pub fn unit(&self, path: &str) -> String {
        match &self.id {
            Some(id) if self.is_one_of_several => format!("{path}/{id}"),
            _ => path.to_owned(),
        }
    }

    /// What the caller of a run gives, over what the deployment says.
    pub fn given(&self, given: &Given) -> Given {
        let pins = [
            ("AWS::AccountId", &self.environment.account),
            ("AWS::Region", &self.environment.region),
            ("AWS::StackName", &self.stack_name),
        ];
        let known = pins.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        let mut given = given.over(&self.parameters, known);
        given.published = Arc::clone(&self.published);
        given
    }
}

/// The metadata of an assembly's constructs: for each path a list of entries `{type, data, trace}`.
/// <https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/cloud-assembly-schema/lib/cloud-assembly/metadata-schema.ts>
#[derive(Debug, Default)]
pub struct Constructs {
    inline: Option<Node>,
    file: Option<PathBuf>,
    directory: PathBuf,
    read: OnceLock<Option<Node>>,
}

impl Constructs {
    /// The metadata in the manifest itself, or in the file that newer assemblies keep it in (read when it is needed), of
    /// the assembly in `directory`.
    pub fn new(inline: Option<Node>, file: Option<PathBuf>, directory: PathBuf) -> Self {
        Self { inline, file, directory, read: OnceLock::new() }
    }

    /// The path of the construct that became the resource `id` of the stack's own template.
    pub fn path_of(&self, id: &str, sources: &Sources) -> Option<String> {
        let is_id = |entry: &Node| text(entry, "type") == Some("aws:cdk:logicalId") && text(entry, "data") == Some(id);
        let all = self.documents(sources).flat_map(Node::entries);
        let mut named = all.filter(|construct| construct.value.items().is_some_and(|items| items.iter().any(is_id)));
        Some(named.next()?.key.text()?.trim_start_matches('/').to_owned())
    }

    /// Where the author's program made the construct, if the assembly carries its stack trace.
    pub fn created(&self, path: &str, sources: &Sources) -> Option<Created> {
        let path = format!("/{}", path.trim_start_matches('/'));
        let entries: Vec<&Node> = self.documents(sources).filter_map(|all| all.get(&path)?.items()).flatten().collect();
        // A construct has its trace beside its logical id or, in newer assemblies, in an entry of its own.
        let beside = entries.iter().find_map(|entry| entry.get("trace")?.items());
        let mut own = entries.iter().filter(|entry| text(entry, "type") == Some("aws:cdk:creationStack"));
        let frames = beside.or_else(|| own.find_map(|entry| entry.get("data")?.items()))?;
        let frame = frames.iter().filter_map(Node::text).filter_map(Frame::parse).find(Frame::is_the_authors)?;
        let span = self.locate(&frame, sources);
        let place = span.map_or_else(|| frame.path.to_owned(), |span| sources.file(span.file).path.clone());
        Some(Created { place: format!("{place}:{}", frame.line), span })
    }

    fn documents(&self, sources: &Sources) -> impl Iterator<Item = &Node> {
        let read = || {
            let file = sources.read(self.file.as_ref()?).ok()?;
            json::parse(file, &sources.file(file).text).documents.into_iter().next()
        };
        self.inline.iter().chain(self.read.get_or_init(read))
    }

    /// The line of a frame, if its file is here. A trace names the path of the machine that synthesized; the longest end
    /// of it that exists beside the assembly, or above it, is the same file. A bare file name says little: it counts only
    /// beside the assembly.
    fn locate(&self, frame: &Frame<'_>, sources: &Sources) -> Option<Span> {
        let parts: Vec<&str> = frame.path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
        let above = self.directory.ancestors().skip(1).take_while(|directory| directory.starts_with(sources.root()));
        let above: Vec<&Path> = above.collect();
        let ends = (0..parts.len()).filter_map(|from| Some(parts.get(from..)?.iter().collect::<PathBuf>()));
        let candidates = ends.flat_map(|end| {
            let reach = if end.components().count() == 1 { 1 } else { above.len() };
            above.iter().take(reach).map(move |directory| directory.join(&end))
        });
        let file = candidates.filter(|path| sources.exists(path)).find_map(|path| sources.read(&path).ok())?;
        let source = sources.file(file);
        let line = frame.line.checked_sub(1).filter(|line| *line < source.lines.len())?;
        let range = source.lines.range(line, &source.text);
        let blank = source.text.get(range.clone())?;
        Some(Span::new(file, range.start + (blank.len() - blank.trim_start().len()), range.end))
    }
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.text()
}

/// One line of a stack trace: `at new Audit (/app/lib/audit.ts:12:5)`.
struct Frame<'t> {
    path: &'t str,
    line: usize,
}

/// What is in the path of a frame that is not the author's.
const FOREIGN: [&str; 5] = ["node_modules", "node:", "aws-cdk-lib", "jsii", "<anonymous>"];

impl<'t> Frame<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let place = text.rsplit_once('(').map_or(text.trim_start_matches("at "), |(_, place)| place);
        let (place, last) = place.trim_end_matches(')').rsplit_once(':')?;
        let last: usize = last.parse().ok()?;
        // The column may be missing: `lib/audit.ts:12`.
        let with_column = place.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
        let (path, line) = with_column.unwrap_or((place, last));
        Some(Self { path: path.trim_start_matches("file://"), line })
    }

    fn is_the_authors(&self) -> bool {
        !FOREIGN.iter().any(|foreign| self.path.contains(foreign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_in_every_spelling() {
        for (text, expected) in [
            ("    at new Audit (/app/lib/audit.ts:12:5)", Some(("/app/lib/audit.ts", 12))),
            ("<anonymous> (/app/bin/app.js:8:1)", Some(("/app/bin/app.js", 8))),
            ("/app/bin/app.ts:8:1", Some(("/app/bin/app.ts", 8))),
            ("at new Bucket (lib/bucket.ts:42)", Some(("lib/bucket.ts", 42))),
            (r"new Audit (C:\app\lib\audit.ts:3:9)", Some((r"C:\app\lib\audit.ts", 3))),
            ("new Audit (file:///app/lib/audit.mjs:3:9)", Some(("/app/lib/audit.mjs", 3))),
            ("...node internals...", None),
            ("(no user code in 10 frames, use --stack-trace-limit to capture more)", None),
        ] {
            let frame = Frame::parse(text).map(|frame| (frame.path, frame.line));
            assert_eq!(frame, expected, "{text}");
        }
        for foreign in ["(/app/node_modules/aws-cdk-lib/core/lib/x.js:1:1)", "(node:internal/main:1:1)"] {
            assert!(!Frame::parse(foreign).is_some_and(|frame| frame.is_the_authors()), "{foreign}");
        }
    }
}
