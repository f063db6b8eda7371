//! To which buckets of a unit a value refers by their addresses. Knows what a unit lists, and not what a bucket goes by.

use crate::value::{Data, Part, SymbolSource, Value};

use super::address::{self, block};
use super::mentions::mentions;
use super::{Estate, Kind, Resource};

/// What stands for all instances of one or more blocks, where it is not known which there are, of which `address` is one.
pub(super) fn any_of(address: &str, estate: &dyn Estate) -> Option<Resource> {
    estate.resources(Kind::Bucket).into_iter().find(|any| address::stands_for(&any.address, address))
}

/// Whether one of the bucket and what `target` refers to stands for all instances of a block, and the other is one that is there
/// beside those.
pub(super) fn is_beside(target: &Value, bucket: &Resource, estate: &dyn Estate) -> bool {
    let is_listed = |address: &str| estate.resource(Kind::Bucket, address).is_some();
    let of_one_block =
        |named: &str| address::stands_for(named, &bucket.address) || address::stands_for(&bucket.address, named);
    symbol(&unwrapped(target))
        .is_some_and(|named| of_one_block(named) && is_listed(named) && is_listed(&bucket.address))
}

/// Whether what a value is made of is another bucket.
pub(super) fn is_made_of_another(value: &Value, bucket: &Resource, estate: &dyn Estate) -> bool {
    let text = value.describe();
    let own = block(&bucket.address).unwrap_or(&bucket.address);
    let others = estate.resources(Kind::Bucket).into_iter().map(|other| other.address.clone());
    others.filter(|other| *other != bucket.address).any(|other| {
        let block = block(&other).unwrap_or(&other);
        block != own && mentions(&text, block)
    })
}

/// The address of the bucket whose name or ARN `value` is, as far as it is symbolic.
pub(super) fn symbol(value: &Value) -> Option<&str> {
    match &value.data {
        Data::Opaque(symbol) => match &symbol.source {
            SymbolSource::Resource(address) if symbol.attribute == "id" => Some(address),
            _ => None,
        },
        _ => None,
    }
}

/// A text of one part is that part.
pub(super) fn unwrapped(value: &Value) -> Value {
    match &value.data {
        Data::Text(text) if let [Part::Value(inner)] = text.parts() => inner.clone(),
        _ => value.clone(),
    }
}
