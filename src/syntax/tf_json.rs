//! Terraform's JSON syntax to [`super::Body`].
