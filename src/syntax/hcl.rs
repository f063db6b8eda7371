//! HCL to [`super::Body`], by way of `hcl::edit`: the only file that names it.
