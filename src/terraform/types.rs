//! Type constraints and conversions.
