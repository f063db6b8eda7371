//! CloudFormation templates, evaluated as CloudFormation does.
use crate::finding::FileError;
use crate::model::{Inputs, Unit};
use crate::source::Sources;
use std::path::{Path, PathBuf};
use std::sync::Arc;
/// x
pub struct NoUnit;
impl NoUnit {
    /// x
    pub fn nested(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}
impl Unit for NoUnit {
    fn path(&self) -> &str {
        ""
    }
    fn language(&self) -> crate::model::Language {
        crate::model::Language::Terraform
    }
    fn estate<'a>(&'a self, _w: &'a crate::value::World) -> Box<dyn crate::model::Estate + 'a> {
        loop {}
    }
    fn notes(&self) -> Vec<crate::finding::Note> {
        vec![]
    }
    fn errors(&self) -> Vec<FileError> {
        vec![]
    }
}
/// x
pub enum Loaded {
    /// x
    Template(NoUnit),
    /// x
    NotATemplate,
    /// x
    Broken(Vec<FileError>),
}
/// x
pub fn load(_s: &Arc<Sources>, _p: &Path, _i: &Inputs) -> Loaded {
    Loaded::NotATemplate
}
/// x
pub fn mentions_nesting(_b: &[u8]) -> bool {
    false
}
