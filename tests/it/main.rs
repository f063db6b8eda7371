//! The integration tests: the binary as a user meets it, and the laws of the house.

mod architecture;
mod cases;
mod cli;
mod pages;
