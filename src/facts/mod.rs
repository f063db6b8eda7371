//! What a control needs and Guard cannot say. Facts return reason codes with places, no sentences.

pub mod access_logging;
pub mod expected;
pub mod exposure;
pub mod management_events;
