#!/usr/bin/env bash
# Puts the binary of the action's own commit into $INSTALL_ROOT/bin. A released archive is taken only if its SHA-256 stands
# in releases.txt beside this script, so that what runs is fixed by the commit the workflow pins; without such a line the
# binary is built from the commit, with cargo, which GitHub's runners have.
set -euo pipefail

binary="$INSTALL_ROOT/bin/trailwarden"
if [ -x "$binary" ] || [ -x "$binary.exe" ]; then
  exit 0
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  MINGW*-x86_64 | MSYS*-x86_64 | CYGWIN*-x86_64) target=x86_64-pc-windows-msvc ;;
  *) target=none ;;
esac

# Lines of `sha256 target url`.
release=$(awk -v target="$target" '!/^#/ && $2 == target { print $1, $3; exit }' "$ACTION_PATH/.github/action/releases.txt")
if [ -z "$release" ]; then
  cargo install --locked --quiet --path "$ACTION_PATH" --root "$INSTALL_ROOT"
  exit 0
fi

read -r expected url <<<"$release"
archive="$INSTALL_ROOT/trailwarden.tar.gz"
mkdir -p "$INSTALL_ROOT/bin"
curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$archive" "$url"
if command -v sha256sum >/dev/null; then
  found=$(sha256sum "$archive")
else
  found=$(shasum -a 256 "$archive")
fi
if [ "${found%% *}" != "$expected" ]; then
  rm -f "$archive"
  echo "::error title=trailwarden::the SHA-256 of $url is ${found%% *}; this commit expects $expected"
  exit 2
fi
tar -xzf "$archive" -C "$INSTALL_ROOT/bin"
rm -f "$archive"
