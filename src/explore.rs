//! Replays until every answer was tried.
