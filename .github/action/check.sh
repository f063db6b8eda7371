#!/usr/bin/env bash
# Runs the check once and writes every report before it decides how the step ends. All inputs come by environment.
set -euo pipefail

case "$INPUT_FAIL_ON" in
  none | low | medium | high | critical) ;;
  *)
    echo "::error title=trailwarden::fail-on must be none, low, medium, high or critical"
    exit 2
    ;;
esac

arguments=()
while IFS= read -r line; do
  [ -n "$line" ] && arguments+=("$line")
done <<<"$INPUT_ARGUMENTS"
if [ "$INPUT_FAIL_ON" = none ]; then
  arguments+=(--exit-zero)
else
  arguments+=(--fail-on "$INPUT_FAIL_ON")
fi
if [ "$INPUT_ANNOTATIONS" = true ]; then
  arguments+=(--output "github=$RUNNER_TEMP/trailwarden.annotations")
fi
arguments+=(--output "markdown=$RUNNER_TEMP/trailwarden.md" --output "sarif=$INPUT_SARIF_FILE" --)
while IFS= read -r line; do
  [ -n "$line" ] && arguments+=("$line")
done <<<"$INPUT_PATHS"

status=0
"$INSTALL_ROOT/bin/trailwarden" check "${arguments[@]}" || status=$?

if [ "$INPUT_ANNOTATIONS" = true ] && [ -f "$RUNNER_TEMP/trailwarden.annotations" ]; then
  cat "$RUNNER_TEMP/trailwarden.annotations"
fi
if [ -f "$RUNNER_TEMP/trailwarden.md" ]; then
  cat "$RUNNER_TEMP/trailwarden.md" >>"$GITHUB_STEP_SUMMARY"
fi
{
  echo "exit-code=$status"
  echo "sarif-file=$INPUT_SARIF_FILE"
} >>"$GITHUB_OUTPUT"
exit "$status"
