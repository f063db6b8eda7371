//! What numbers are worth and how they are written. Terraform's own results are in `tests/conformance`.

use super::{NoNumber, Number};

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

#[test]
fn a_written_number_is_written_as_it_was_read() {
    for text in ["0", "-0", "1", "-1.5", "0.1", "100", "0.000001", "123456789012345678901234567890.5", "+Inf", "-Inf"] {
        assert_eq!(number(text).to_string(), text);
    }
    for (text, written) in [("1e3", "1000"), (".5", "0.5"), ("5.", "5"), ("1p4", "16"), ("1.50E-2", "0.015")] {
        assert_eq!(number(text).to_string(), written, "{text}");
    }
    assert_eq!(number("1e400").to_string(), format!("1{}", "0".repeat(400)));
}

#[test]
fn what_is_no_number_is_refused_and_what_is_too_large_is_told() {
    for text in ["", ".", "-", "1_000", "0x10", "1e", "1e1.5", " 1", "one", "infinity", "1e5p3", "--1"] {
        assert_eq!(Number::parse(text), Err(NoNumber::Undefined), "{text}");
    }
    for text in ["1e1000000", "1e-1000000", "1e99999999999999999999"] {
        assert_eq!(Number::parse(text), Err(NoNumber::TooLarge), "{text}");
    }
}

#[test]
fn fractions_are_binary() {
    assert_ne!(number("1.1").times(&number("1.1")), Ok(number("1.21")));
    assert_eq!(number("0.1").plus(&number("0.2")), Ok(number("0.3")));
    assert_eq!(number("0.5").plus(&number("0.25")), Ok(number("0.75")));
    assert_ne!(number("10").modulo(&number("3.3")), Ok(number("0.1")));
    assert_eq!(number("-7").modulo(&number("3")), Ok(number("-1")));
}

#[test]
fn precision_is_that_of_the_more_precise_side() {
    let counted = Number::from(1_i64).over(&Number::from(3_i64)).unwrap();
    assert_eq!(counted.to_string(), "0.33333333333333333334");
    let written = number("1").over(&Number::from(3_i64)).unwrap();
    assert_eq!(written.to_string().len(), 157);
    assert_ne!(counted, written);
    assert_eq!(Number::from_float(0.1).map(|tenth| tenth.to_string()), Some("0.1".to_owned()));
}

#[test]
fn what_is_written_the_same_is_equal_though_one_may_exceed_the_other() {
    let tenth = Number::from_float(0.1).unwrap();
    assert_eq!(tenth, number("0.1"));
    assert!(tenth > number("0.1"));
    assert_eq!(std::collections::HashSet::from([tenth, number("0.1")]).len(), 1);
    let counted = Number::from(1_i64).over(&Number::from(3_i64)).unwrap();
    assert_ne!(counted.times(&number("1")), Ok(counted));
}

/// Sorting relies on it.
#[test]
fn numbers_have_one_order_whatever_their_precision() {
    let (tenth, between) = (Number::from_float(0.1).unwrap(), number("0.1000000000000000001"));
    let mut numbers = [tenth.clone(), between.clone(), number("0.1")];
    numbers.sort();
    assert_eq!(numbers, [number("0.1"), between, tenth]);
}

#[test]
fn infinity_is_a_number_and_what_is_not_worth_anything_is_none() {
    let (zero, one) = (number("0"), number("1"));
    let infinity = one.over(&zero).unwrap();
    assert!(infinity > number("1e1000"));
    assert_eq!(infinity.floor(), infinity);
    assert_eq!(one.over(&infinity), Ok(zero.clone()));
    assert_eq!(zero.over(&zero), Err(NoNumber::Undefined));
    assert_eq!(infinity.minus(&infinity), Err(NoNumber::Undefined));
    assert_eq!(infinity.times(&zero), Err(NoNumber::Undefined));
    assert_eq!(infinity.modulo(&one), Err(NoNumber::Undefined));
}

#[test]
fn whole_numbers_around_a_fraction() {
    for (text, floor, ceil) in [("1.5", "1", "2"), ("-1.5", "-2", "-1"), ("-0.5", "-1", "0"), ("3", "3", "3")] {
        assert_eq!((number(text).floor().to_string(), number(text).ceil().to_string()), (floor.into(), ceil.into()));
    }
}

#[test]
fn a_floating_point_number_comes_back_as_it_went() {
    for float in [0.1, -1.5, 1e300, 5e-324, f64::MAX, f64::MIN_POSITIVE, 0.0, f64::INFINITY] {
        assert_eq!(Number::from_float(float).map(|number| number.to_float()), Some(float));
    }
    assert_eq!(Number::from_float(f64::NAN), None);
}

#[test]
fn numbers_are_ordered_by_worth() {
    let mut numbers: Vec<Number> = ["0.5", "-3", "1e10", "0", "-0.25", "1e-10", "-Inf"].map(number).into();
    numbers.sort();
    let written: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    assert_eq!(written, ["-Inf", "-3", "-0.25", "0", "0.0000000001", "0.5", "10000000000"]);
    assert_eq!(number("-0"), number("0"));
}
