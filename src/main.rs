//! The binary: hands the process over to the library's command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    trailwarden::cli::run()
}
