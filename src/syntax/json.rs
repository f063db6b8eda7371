//! JSON to [`super::Node`], by way of jsonc-parser: the only file that names it.
