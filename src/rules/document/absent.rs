//! What rules see of a bucket that a module makes whose text is not on disk.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::facts::access_logging::access_logging;
use crate::model::{Made, made_by};
use crate::value::{Claim, Input, Question, Reason, Value};

use super::Builder;
use super::bucket::AccessLogs;
use crate::rules::leaves::Leaf;

impl Builder<'_> {
    /// The bucket that goes by `name`: what is declared for it here decides, and the module everything else.
    pub(super) fn absent(&mut self, name: &Value, leaf: &Leaf, module: &Arc<Input>) -> Json {
        match made_by(module, name, self.estate, self.world) {
            Ok(None) => self.by_module(leaf, module),
            Ok(Some(made)) => self.made(leaf, made),
            Err(stop) => self.decided("/Trail/Bucket", leaf.clone(), Err(stop)),
        }
    }

    /// A bucket of which only what belongs to it is declared.
    pub(super) fn made(&mut self, leaf: &Leaf, made: Made) -> Json {
        let Made { bucket, logging, .. } = made;
        let enabled = access_logging(&logging, &bucket.handed_to, self.world);
        if let Ok(Some(origin)) = enabled.as_ref().map(|enabled| enabled.to_itself.clone()) {
            self.logs_to_itself(origin);
        }
        let enabled = enabled.map(|logging| Json::Bool(logging.enabled));
        if !logging.is_empty() {
            self.access_logs = AccessLogs::By(logging);
        }
        let (read, write) = self.exposure(leaf, Ok(Some((bucket, Vec::new()))));
        let enabled = self.decided("/Trail/Bucket/AccessLogging/Enabled", leaf.clone(), enabled);
        json!({ "Public": { "Read": read, "Write": write }, "AccessLogging": { "Enabled": enabled } })
    }

    /// Nothing is declared for it here: the module decides everything about it. An error in its place is read as one.
    fn by_module(&mut self, leaf: &Leaf, module: &Arc<Input>) -> Json {
        let mut decide = |pointer: &str, fact: &'static str| {
            let question = match module.reason {
                Reason::Broken(_) => Arc::new(Question::reading(module)),
                _ => Claim::new(fact).of(&module.name, module.reason.clone(), module.origin.clone()),
            };
            self.decided(pointer, leaf.clone(), self.world.decide(&question).map(Json::Bool))
        };
        let read = decide("/Trail/Bucket/Public/Read", "is public");
        let write = decide("/Trail/Bucket/Public/Write", "is public");
        let enabled = decide("/Trail/Bucket/AccessLogging/Enabled", "has access logging");
        if enabled == Json::Bool(true) {
            self.access_logs =
                AccessLogs::Unseen(format!("the access logging by {}", module.name), module.origin.clone());
        }
        json!({ "Public": { "Read": read, "Write": write }, "AccessLogging": { "Enabled": enabled } })
    }
}
