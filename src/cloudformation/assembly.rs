//! Assemblies of the AWS CDK: the manifests that name the stacks, and what they say about each beyond its template.
//! <https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema>
//!
//! The manifest is the truth about its directory: a template that it does not name was left behind by an earlier
//! synthesis, or is nested by one that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::finding::{FileError, Note};
use crate::model::Environment;
use crate::source::Sources;
use crate::syntax::{Entry, Node, ProblemSeverity, json};

use super::deployment::{Constructs, Deployment};
use super::file_error;
use super::given::GivenValue;
use super::parameter_file::plain_text;

/// The manifest's name in an assembly's directory.
pub const MANIFEST: &str = "manifest.json";

/// The assemblies of a run, with those they nest.
#[derive(Debug, Default)]
pub struct Assemblies {
    /// Manifests that cannot be read.
    pub errors: Vec<FileError>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// The stacks by their templates. Several may be made of one.
    stacks: BTreeMap<PathBuf, Vec<Arc<Deployment>>>,
    directories: BTreeSet<PathBuf>,
}

/// Whether the bytes of a manifest mention a stack or a further assembly.
#[must_use]
pub fn mentions_stacks(bytes: &[u8]) -> bool {
    ["aws:cloudformation:stack", "cdk:cloud-assembly"]
        .iter()
        .any(|kind| memchr::memmem::find(bytes, kind.as_bytes()).is_some())
}

impl Assemblies {
    /// Reads the assemblies with these manifests. A file that only has the name of one is none.
    #[must_use]
    pub fn read<'p>(sources: &Sources, manifests: impl IntoIterator<Item = &'p Path>) -> Self {
        let mut assemblies = Self::default();
        let mut waiting: Vec<PathBuf> = manifests.into_iter().map(Path::to_owned).collect();
        while let Some(manifest) = waiting.pop() {
            let directory = manifest.parent().unwrap_or(Path::new("")).to_owned();
            if !assemblies.directories.contains(&directory) {
                let nested = assemblies.add(sources, &manifest, &directory);
                waiting.extend(nested.iter().map(|name| sources.absolute(directory.join(name)).join(MANIFEST)));
            }
        }
        let shared = assemblies.stacks.values_mut().filter(|stacks| stacks.len() > 1).flatten();
        shared.filter_map(Arc::get_mut).for_each(|stack| stack.is_one_of_several = true);
        assemblies
    }

    /// The templates of the stacks.
    pub fn templates(&self) -> impl Iterator<Item = &Path> {
        self.stacks.keys().map(PathBuf::as_path)
    }

    /// How a template is deployed, stack by stack; nothing is known about one that no assembly names.
    #[must_use]
    pub fn deployments(&self, template: &Path) -> Vec<Arc<Deployment>> {
        self.stacks.get(template).cloned().unwrap_or_else(|| vec![Arc::default()])
    }

    /// Whether a file is part of an assembly without being a stack of its own: the manifest, an asset, a template that is
    /// nested or was left behind.
    #[must_use]
    pub fn keeps(&self, file: &Path) -> bool {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_part = name == MANIFEST || name.starts_with("asset.") || name.ends_with(".template.json");
        is_part && !self.stacks.contains_key(file) && file.parent().is_some_and(|home| self.directories.contains(home))
    }

    /// The document in a file of an assembly; nothing if there is none to read, which is an error of the run.
    fn document(&mut self, sources: &Sources, path: &Path) -> Option<Node> {
        let file = match sources.read(path) {
            Ok(file) => file,
            Err(error) => {
                self.errors.push(FileError { path: error.path, message: error.message, span: None });
                return None;
            }
        };
        let source = sources.file(file);
        let parsed = json::parse(file, &source.text);
        if let Some(problem) = parsed.problems.iter().find(|problem| problem.severity == ProblemSeverity::Lost) {
            self.errors.push(file_error(&source.path, problem));
            return None;
        }
        parsed.documents.into_iter().next()
    }

    /// Adds the stacks of one manifest; gives the directories of the assemblies it nests.
    fn add(&mut self, sources: &Sources, manifest: &Path, directory: &Path) -> Vec<String> {
        let document = self.document(sources, manifest);
        let artifacts = document.as_ref().and_then(|document| document.get("artifacts"));
        let artifacts = artifacts.map_or(&[][..], Node::entries);
        let published = Arc::new(self.published(artifacts, directory, sources));
        let mut nested = Vec::new();
        for artifact in artifacts {
            let property = |name: &str| property(artifact, name);
            match artifact.value.get("type").and_then(Node::text) {
                Some("aws:cloudformation:stack") => {
                    self.directories.insert(directory.to_owned());
                    let Some(template) = property("templateFile") else { continue };
                    let template = sources.absolute(directory.join(template));
                    if !sources.exists(&template) {
                        let message = format!("the stack is not judged: {} does not exist", sources.display(&template));
                        self.notes.push(Note { message, span: Some(artifact.key.span) });
                    }
                    let deployment = Arc::new(deployment(artifact, directory, &published, sources));
                    self.stacks.entry(template).or_default().push(deployment);
                }
                Some("cdk:cloud-assembly") => {
                    self.directories.insert(directory.to_owned());
                    nested.extend(property("directoryName").map(str::to_owned));
                }
                _ => {}
            }
        }
        nested
    }

    /// The templates that the assembly's asset manifests publish, by the last part of their object keys. A nested stack names
    /// its template by that alone where the CDK leaves no metadata about assets in the parent's.
    /// <https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/cloud-assembly-schema/lib/assets/file-asset.ts>
    fn published(&mut self, artifacts: &[Entry], directory: &Path, sources: &Sources) -> BTreeMap<String, String> {
        let is_list = |artifact: &&Entry| artifact.value.get("type").and_then(Node::text) == Some("cdk:asset-manifest");
        let lists = artifacts.iter().filter(is_list).filter_map(|artifact| property(artifact, "file"));
        let lists = lists.map(|name| sources.absolute(directory.join(name))).filter(|path| sources.exists(path));
        let lists: Vec<Node> = lists.filter_map(|path| self.document(sources, &path)).collect();
        let assets = lists.iter().filter_map(|list| list.get("files")).flat_map(Node::entries);
        let places = assets.filter_map(|asset| {
            let path = asset.value.get("source")?.get("path")?.text()?;
            let places = asset.value.get("destinations")?.entries().iter();
            path.ends_with(".template.json").then(|| places.map(move |place| (place, path)))
        });
        let name = |(place, path): (&Entry, &str)| {
            Some((place.value.get("objectKey")?.text()?.rsplit('/').next()?.to_owned(), path.to_owned()))
        };
        places.flatten().filter_map(name).collect()
    }
}

fn property<'a>(artifact: &'a Entry, name: &str) -> Option<&'a str> {
    artifact.value.get("properties")?.get(name)?.text()
}

fn deployment(
    artifact: &Entry,
    directory: &Path,
    published: &Arc<BTreeMap<String, String>>,
    sources: &Sources,
) -> Deployment {
    let properties = artifact.value.get("properties");
    let name = properties.and_then(|properties| properties.get("stackName")).unwrap_or(&artifact.key);
    let named = artifact.value.get("environment").and_then(Node::text);
    let environment = named.map(environment).unwrap_or_default();
    // An account that is not known is the same for the stacks of one environment, and for nobody else.
    let account = environment.account.clone();
    let account = account.or_else(|| Some(format!("{}: {}", sources.display(directory), named?)));
    let parameters = properties.and_then(|properties| properties.get("parameters")).map_or(&[][..], Node::entries);
    let given = |entry: &Entry| {
        let name = entry.key.text()?.to_owned();
        Some(GivenValue { name, text: Some(plain_text(&entry.value)?), span: Some(entry.value.span) })
    };
    let metadata_file = artifact.value.get("additionalMetadataFile").and_then(Node::text);
    Deployment {
        id: artifact.key.text().map(str::to_owned),
        is_one_of_several: false,
        stack_name: name.text().map(str::to_owned),
        environment,
        account,
        parameters: parameters.iter().filter_map(given).collect(),
        published: Arc::clone(published),
        constructs: Constructs::new(
            artifact.value.get("metadata").cloned(),
            metadata_file.map(|file| directory.join(file)),
            directory.to_owned(),
        ),
    }
}

/// `aws://ACCOUNT/REGION`, either of which may not be known.
fn environment(text: &str) -> Environment {
    let known = |part: Option<&str>| part.filter(|part| !part.starts_with("unknown-")).map(str::to_owned);
    let mut parts = text.trim_start_matches("aws://").split('/');
    Environment { account: known(parts.next()), region: known(parts.next()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(files: &[(&str, &str)]) -> (Sources, Assemblies) {
        let directory = PathBuf::from("/project");
        let sources = Sources::new(directory.clone(), directory);
        for (name, text) in files {
            sources.add(name, (*text).to_owned());
        }
        let manifest = PathBuf::from("/project").join(files[0].0);
        let assemblies = Assemblies::read(&sources, [manifest.as_path()]);
        (sources, assemblies)
    }

    #[test]
    fn assemblies_that_nest_each_other_are_read_once() {
        let stage = |directory: &str, template: &str| {
            format!(
                r#"{{"artifacts": {{"S": {{"type": "cdk:cloud-assembly", "properties": {{"directoryName": "{directory}"}}}},
                    "T": {{"type": "aws:cloudformation:stack", "properties": {{"templateFile": "{template}"}}}}}}}}"#
            )
        };
        let (outer, inner) = (stage("inner", "a.json"), stage("..", "b.json"));
        let (_, assemblies) = read(&[("out/manifest.json", &outer), ("out/inner/manifest.json", &inner)]);
        let templates: Vec<_> = assemblies.templates().map(Path::to_owned).collect();
        assert_eq!(templates, [Path::new("/project/out/a.json"), Path::new("/project/out/inner/b.json")]);
        assert_eq!(assemblies.notes.len(), 2, "neither template is there");
    }

    #[test]
    fn an_environment_is_known_as_far_as_it_is_named() {
        let named = |account: Option<&str>, region: Option<&str>| Environment {
            account: account.map(str::to_owned),
            region: region.map(str::to_owned),
        };
        assert_eq!(environment("aws://111122223333/eu-west-1"), named(Some("111122223333"), Some("eu-west-1")));
        assert_eq!(environment("aws://unknown-account/us-east-1"), named(None, Some("us-east-1")));
        assert_eq!(environment("aws://unknown-account/unknown-region"), named(None, None));
    }

    proptest! {
        #[test]
        fn any_text_is_a_manifest_that_can_be_read(text in r#"[{}\[\]":,a-z ]{0,60}"#) {
            read(&[("manifest.json", &text)]);
        }
    }
}
