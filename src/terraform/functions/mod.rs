//! Terraform's built-in functions, by family.
