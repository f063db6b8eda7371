#!/usr/bin/env bash
# Runs the check once and writes every report. How the job ends is decided later, by conclude.sh. All inputs come by
# environment; nothing of them is evaluated by a shell.
set -euo pipefail

case "$INPUT_FAIL_ON" in
  none | low | medium | high | critical) ;;
  *)
    echo "::error title=trailwarden::fail-on must be none, low, medium, high or critical"
    exit 2
    ;;
esac

case "$INPUT_SARIF_FILE" in
  *$'\n'*)
    echo "::error title=trailwarden::sarif-file must be one line"
    exit 2
    ;;
esac
# What an earlier use of the action in this job left behind must not pass for the reports of this one.
rm -f -- "$RUNNER_TEMP/trailwarden.annotations" "$RUNNER_TEMP/trailwarden.md" "$RUNNER_TEMP/trailwarden.json" "$INPUT_SARIF_FILE"

# Where the job checked the repository out, and where this step runs, as the steps after it see them: from the workspace.
workspace=$(cd "$GITHUB_WORKSPACE" && pwd -P)
here=$(pwd -P)
root=$here
while [ ! -e "$root/.git" ] && [ "$root" != "$workspace" ] && [ "$root" != / ]; do
  root=$(dirname "$root")
done
from_workspace() {
  case "$1" in
    "$workspace") echo . ;;
    "$workspace"/*) echo "${1#"$workspace"/}" ;;
    *) echo "$1" ;;
  esac
}
# In a container the checkout belongs to another user, and git would refuse to read it (`--diff-base`).
count=${GIT_CONFIG_COUNT:-0}
export "GIT_CONFIG_KEY_$count=safe.directory" "GIT_CONFIG_VALUE_$count=$root" "GIT_CONFIG_COUNT=$((count + 1))"

arguments=()
while IFS= read -r line; do
  [ -z "$line" ] || arguments+=("$line")
done <<<"$INPUT_ARGUMENTS"
arguments+=(
  --fail-on "$INPUT_FAIL_ON"
  --output "github=$RUNNER_TEMP/trailwarden.annotations"
  --output "markdown=$RUNNER_TEMP/trailwarden.md"
  --output "json=$RUNNER_TEMP/trailwarden.json"
  --output "sarif=$INPUT_SARIF_FILE"
  --
)
while IFS= read -r line; do
  [ -z "$line" ] || arguments+=("$line")
done <<<"$INPUT_PATHS"

status=0
"$INSTALL_ROOT/bin/trailwarden" check "${arguments[@]}" || status=$?

if [ -f "$RUNNER_TEMP/trailwarden.md" ]; then
  cat "$RUNNER_TEMP/trailwarden.md" >>"$GITHUB_STEP_SUMMARY"
fi
# jq is on every runner of GitHub's; without it the counts are left out and the check still counts.
count() {
  jq "[.results[] | select($1)] | length" "$RUNNER_TEMP/trailwarden.json" 2>/dev/null || true
}
{
  echo "exit-code=$status"
  if [ -f "$RUNNER_TEMP/trailwarden.json" ]; then
    echo "failed=$(count '.verdict == "fail" and .suppressed == null')"
    echo "unknown=$(count '.verdict == "unknown" and .suppressed == null')"
    echo "passed=$(count '.verdict == "pass"')"
    echo "suppressed=$(count '.suppressed != null')"
  fi
  if [ -f "$INPUT_SARIF_FILE" ]; then
    case "$INPUT_SARIF_FILE" in
      /* | [A-Za-z]:*) echo "sarif-file=$INPUT_SARIF_FILE" ;;
      *) echo "sarif-file=$(from_workspace "$here/$INPUT_SARIF_FILE")" ;;
    esac
  fi
  echo "checkout=$(from_workspace "$root")"
} >>"$GITHUB_OUTPUT"
