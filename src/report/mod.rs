//! Findings to bytes, one format a file.
