//! Finds the files of a run.
