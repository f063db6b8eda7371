//! YAML to [`super::Node`], by way of granit-parser: the only file that names it.
