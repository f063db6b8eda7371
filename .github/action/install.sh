#!/usr/bin/env bash
# Builds the binary from the action's own commit, unless this job has built it before. Needs cargo, which GitHub's
# runners have.
set -euo pipefail

if [ -x "$INSTALL_ROOT/bin/trailwarden" ]; then
  exit 0
fi
cargo install --locked --quiet --path "$ACTION_PATH" --root "$INSTALL_ROOT"
