//! Address arithmetic over CIDR blocks.

use std::net::{Ipv4Addr, Ipv6Addr};

use num_bigint::BigInt;

use super::arguments::{Answer, Arguments, Function, Parameter as P, Trouble, function};
use crate::terraform::unknown::Outcome;
use crate::value::{ListKind, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("cidrhost", &[P::Text, P::Number], Outcome::Set, host),
    function("cidrnetmask", &[P::Text], Outcome::Set, netmask),
    function("cidrsubnet", &[P::Text, P::Number, P::Number], Outcome::Set, subnet),
    function("cidrsubnets", &[P::Text], Outcome::Set, subnets).variadic(P::Number),
];

pub(super) const OPENTOFU: &[Function] = &[function("cidrcontains", &[P::Text, P::Text], Outcome::Bool, contains)];

/// A block of addresses: the first one, the number of fixed bits, the number of bits of its family.
#[derive(Debug, Clone, Copy)]
struct Block {
    first: u128,
    prefix: u32,
    width: u32,
}

impl Block {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let prefix = prefix.chars().all(|digit| digit.is_ascii_digit()).then(|| prefix.parse().ok()).flatten()?;
        let (address, width) = match address.parse::<Ipv6Addr>() {
            Ok(address) => (u128::from(address), 128),
            Err(_) => (u128::from(u32::from(parse_v4(address)?)), 32),
        };
        (prefix <= width).then(|| Self { first: 0, prefix, width }.at(address))
    }

    /// The block of the same size that holds the address.
    fn at(self, address: u128) -> Self {
        Self { first: address & !self.host_mask(), ..self }
    }

    /// The bits that are not fixed.
    fn host_mask(self) -> u128 {
        ones(self.width - self.prefix)
    }

    fn write(self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(address) if self.width == 32 => Ipv4Addr::from(address).to_string(),
            _ => write_v6(address),
        }
    }
}

/// Numbers with leading zeros are decimal, as they were before Go 1.17.
fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    let bytes: Vec<u8> = text
        .split('.')
        .map(|byte| if byte.chars().all(|digit| digit.is_ascii_digit()) { byte.parse().ok() } else { None })
        .collect::<Option<_>>()?;
    <[u8; 4]>::try_from(bytes).ok().map(Ipv4Addr::from)
}

/// The canonical text, without the dotted form of mapped addresses.
fn write_v6(address: u128) -> String {
    Ipv6Addr::from(address).to_string()
}

fn ones(count: u32) -> u128 {
    1_u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1)
}

fn block(arguments: &Arguments) -> Result<Block, Trouble> {
    let text = arguments.text(0)?;
    // Go takes a mapped address for one of IPv4 here and for one of IPv6 there.
    let address = text.split('/').next().and_then(|address| address.parse::<Ipv6Addr>().ok());
    if address.is_some_and(|address| address.to_ipv4_mapped().is_some()) {
        return Err(Trouble::Limit("a mapped address of IPv4".to_owned()));
    }
    Block::parse(text).ok_or_else(|| format!("\"{text}\" is no CIDR block").into())
}

fn integer(arguments: &Arguments, index: usize) -> Result<BigInt, Trouble> {
    arguments.number(index)?.as_whole().ok_or_else(|| format!("argument {} must be a whole number", index + 1).into())
}

/// Whether a block holds an address or another block. <https://opentofu.org/docs/language/functions/cidrcontains/>
fn contains(arguments: &Arguments) -> Answer {
    let (outer, text) = (block(arguments)?, arguments.text(1)?);
    let bits = if text.contains(':') { 128 } else { 32 };
    let inner = Block::parse(text).or_else(|| Block::parse(&format!("{text}/{bits}")));
    let inner = inner.ok_or_else(|| format!("\"{text}\" is no address and no CIDR block"))?;
    if inner.width != outer.width {
        return Err("one is an IPv4 address, the other an IPv6 address".into());
    }
    let holds = inner.prefix >= outer.prefix && outer.at(inner.first).first == outer.first;
    Ok(Value::bool(holds, arguments.origin()))
}

/// Counted from the end when the number is negative.
fn host(arguments: &Arguments) -> Answer {
    let (block, number) = (block(arguments)?, integer(arguments, 1)?);
    let count = BigInt::from(block.host_mask()) + 1;
    let offset = if number < BigInt::from(0) { &count + number } else { number };
    if offset < BigInt::from(0) || offset >= count {
        // Terraform compares no more than 64 bits of a number.
        if offset.bits() > 63 {
            return Err(Trouble::Limit("a number of more than 63 bits".to_owned()));
        }
        return Err(format!("a prefix of {} bits has no such host", block.prefix).into());
    }
    let address = block.first | u128::try_from(offset).unwrap_or_default();
    Ok(Value::text(block.write(address), arguments.origin()))
}

fn netmask(arguments: &Arguments) -> Answer {
    let block = block(arguments)?;
    if block.width != 32 {
        return Err("IPv6 has no netmasks".into());
    }
    Ok(Value::text(block.write(ones(32) & !block.host_mask()), arguments.origin()))
}

fn subnet(arguments: &Arguments) -> Answer {
    let (block, number) = (block(arguments)?, integer(arguments, 2)?);
    let new_bits = arguments.whole(1)?;
    if new_bits < 0 {
        return Err(Trouble::Limit("a negative number of new bits".to_owned()));
    }
    let prefix = u32::try_from(i64::from(block.prefix).saturating_add(new_bits)).unwrap_or(u32::MAX);
    if prefix > block.width {
        return Err("the prefix is too short for so many new bits".into());
    }
    let new_bits = u32::try_from(new_bits).unwrap_or_default();
    let number =
        u128::try_from(number).ok().filter(|number| *number <= ones(new_bits)).ok_or("there is no such subnet")?;
    let subnet = Block { prefix, ..block };
    let first = block.first | number.checked_shl(block.width - prefix).unwrap_or_default();
    Ok(Value::text(format!("{}/{prefix}", subnet.write(first)), arguments.origin()))
}

/// Subnets one after the other, each where the next block of its size begins.
fn subnets(arguments: &Arguments) -> Answer {
    let block = block(arguments)?;
    if block.first == 0 {
        // Terraform looks for the block before the first one, and takes the one after that for an overflow.
        return Err("there is no block before the first address".into());
    }
    let last = block.first | block.host_mask();
    let mut next = Some(block.first);
    let mut subnets = Vec::new();
    for index in 1..arguments.values.len() {
        let new_bits = u32::try_from(arguments.whole(index)?).ok().filter(|bits| (1..=block.width).contains(bits));
        let prefix = block.prefix + new_bits.ok_or("a subnet needs at least one new bit")?;
        if prefix > block.width {
            return Err("the prefix is too short for so many new bits".into());
        }
        let size = Block { prefix, ..block };
        let full = "there is not enough room for all subnets";
        let first = next.ok_or(full)?.checked_add(size.host_mask()).ok_or(full)? & !size.host_mask();
        if first | size.host_mask() > last {
            return Err(full.into());
        }
        next = (first | size.host_mask()).checked_add(1);
        subnets.push(Value::text(format!("{}/{prefix}", block.write(first)), arguments.origin()));
    }
    Ok(Value::list(ListKind::List, subnets, arguments.origin()))
}
