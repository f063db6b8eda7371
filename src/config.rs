//! `.trailwarden.yaml`.
