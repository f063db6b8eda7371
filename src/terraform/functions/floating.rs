//! Logarithm and power in floating point, bit by bit as Go works them out, whatever the machine's own are.
//!
//! <https://pkg.go.dev/math#Log> follows FreeBSD's, <https://pkg.go.dev/math#Pow> squares and multiplies.

use std::f64::consts::FRAC_1_SQRT_2;

/// The natural logarithm: that of a fraction near one by Remez's polynomial, and that of the power of two.
pub(super) fn ln(value: f64) -> f64 {
    /// The logarithm of two in two parts, of which the first has trailing zeros.
    const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
    const ODD: [f64; 4] =
        [0.666_666_666_666_673_5, 0.285_714_287_436_623_9, 0.181_835_721_616_180_5, 0.147_981_986_051_165_86];
    const EVEN: [f64; 3] = [0.399_999_999_994_094_2, 0.222_221_984_321_497_84, 0.153_138_376_992_093_73];
    if value.is_nan() || value < 0.0 {
        return f64::NAN;
    }
    if value == 0.0 || value.is_infinite() {
        return value.ln();
    }
    let (mut fraction, mut exponent) = split(value);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let (above, exponent) = (fraction - 1.0, f64::from(exponent));
    let s = above / (2.0 + above);
    let (square, fourth) = (s * s, s * s * (s * s));
    let odd = square * (ODD[0] + fourth * (ODD[1] + fourth * (ODD[2] + fourth * ODD[3])));
    let even = fourth * (EVEN[0] + fourth * (EVEN[1] + fourth * EVEN[2]));
    let half_square = 0.5 * above * above;
    exponent * LN_2[0] - ((half_square - (s * (half_square + (odd + even)) + exponent * LN_2[1])) - above)
}

/// `base` to the power of `exponent`.
pub(super) fn pow(base: f64, exponent: f64) -> f64 {
    let (mut whole, mut rest) = (exponent.abs().trunc(), exponent.abs().fract());
    let is_special = base == 0.0 || !base.is_finite() || !exponent.is_finite();
    if is_special || (rest != 0.0 && base < 0.0) || whole >= 1e18 {
        return base.powf(exponent);
    }
    if exponent.abs().total_cmp(&0.5).is_eq() {
        return if exponent > 0.0 { base.sqrt() } else { 1.0 / base.sqrt() };
    }
    if rest > 0.5 {
        rest -= 1.0;
        whole += 1.0;
    }
    let mut result = if rest == 0.0 { 1.0 } else { (rest * ln(base)).exp() };
    let (mut factor, mut factor_twos) = split(base);
    let mut twos = 0;
    let mut times = as_count(whole);
    while times > 0 {
        if factor_twos.abs() > 1 << 12 {
            // Too large or too small for any number.
            twos += factor_twos;
            break;
        }
        if times & 1 == 1 {
            result *= factor;
            twos += factor_twos;
        }
        factor *= factor;
        factor_twos *= 2;
        if factor < 0.5 {
            factor += factor;
            factor_twos -= 1;
        }
        times >>= 1;
    }
    if exponent < 0.0 { scaled(1.0 / result, -twos) } else { scaled(result, twos) }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 0 to 10^18")]
fn as_count(whole: f64) -> u64 {
    whole as u64
}

/// A fraction from a half to one and the power of two to multiply it with.
fn split(value: f64) -> (f64, i32) {
    /// The exponent's bits, those of a half, and how many bits are below them.
    const EXPONENT: u64 = 0x7ff << 52;
    const HALF: u64 = 0x3fe << 52;
    let (normal, below) = if value.abs() < f64::MIN_POSITIVE { (value * 2_f64.powi(52), 52) } else { (value, 0) };
    let exponent = i32::try_from((normal.to_bits() & EXPONENT) >> 52).unwrap_or_default() - 1022;
    (f64::from_bits(normal.to_bits() & !EXPONENT | HALF), exponent - below)
}

/// Multiplied with a power of two, in steps that are powers themselves.
fn scaled(value: f64, twos: i32) -> f64 {
    let step = twos.clamp(-1000, 1000);
    let rest = (twos - step).clamp(-1100, 1100);
    value * 2_f64.powi(step) * 2_f64.powi(rest)
}
