//! What a stack of CloudFormation puts out that a resource makes, as the code of the module reads it. What its template is
//! worth somebody else tells, who gets from here what the resource hands in: what a stack hands in to itself, by whatever
//! way, leads back to the same attribute, which then refers to itself.

use crate::model::Foreign;
use crate::value::Value;

use super::evaluator::Evaluator;
use super::object::Instance;
use super::unknown::settle;

impl<'a> Evaluator<'a> {
    /// The outputs of the stack that an instance makes; `None` where nobody can tell.
    pub fn put_out(&self, instance: &Instance<'a>) -> Option<Value> {
        let property = |name: &str| {
            // What `each` and `count` are in it rests on what its block's instances rest on.
            self.expansion(&instance.scope, &instance.key.to_string(), instance.block);
            self.property(instance, name)
        };
        let stack = Foreign { address: &instance.address, header: instance.block.header, property: &property };
        self.unit.outputs.as_ref()?.of(&stack, self.world).map(|outputs| settle(outputs, self.world))
    }
}
