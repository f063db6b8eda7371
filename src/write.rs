//! The only writer of files: atomic.
