#!/usr/bin/env bash
# Annotates the changed lines where nothing else shows the findings there, and ends the job as the check ended.
set -euo pipefail

case "$INPUT_ANNOTATIONS" in
  true | false) annotate=$INPUT_ANNOTATIONS ;;
  # Code scanning shows the findings in the pull request itself.
  *) if [ "$UPLOADED" = success ]; then annotate=false; else annotate=true; fi ;;
esac
if [ "$annotate" = true ] && [ -f "$RUNNER_TEMP/trailwarden.annotations" ]; then
  cat "$RUNNER_TEMP/trailwarden.annotations"
fi
exit "$EXIT_CODE"
