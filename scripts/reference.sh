#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the reference of the libraries with DocC, from the comments in Sources and the pages in docs/Engram.docc.
# Usage: scripts/reference.sh [FOLDER]     build/reference without one; a link that leads nowhere is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
swift=${SWIFT:-swift}
folder=${1:-build/reference}

# docc comes with the toolchain, beside the compiler.
docc=$(dirname "$(readlink -f "$(command -v "$swift")")")/docc
if [ ! -x "$docc" ]; then docc=$(command -v docc || true); fi
if [ -z "$docc" ]; then
    echo "docc was not found: it is part of the Swift toolchain (https://www.swift.org/install)" >&2
    exit 1
fi

graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT
log=$graphs/log
echo "reference: building, and reading the symbols"
# Everything is of package access: nothing is for other packages.
if ! "$swift" package dump-symbol-graph --minimum-access-level package --skip-synthesized-members >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
source=$(sed -n 's/^Files written to //p' "$log")
mkdir "$graphs/symbols"
for module in docs/Engram.docc/Engram?*.md; do
    name=$(basename "$module" .md)
    cp "$source/$name.symbols.json" "$source/$name"@*.symbols.json "$graphs/symbols/" 2>/dev/null || [ -e "$graphs/symbols/$name.symbols.json" ]
done
mkdir -p "$folder"
"$docc" convert docs/Engram.docc --additional-symbol-graph-dir "$graphs/symbols" --output-path "$folder" \
    --fallback-display-name Engram --fallback-bundle-identifier engram --warnings-as-errors
echo "reference: $folder; to read it: python3 -m http.server --directory $folder, then /documentation/engram"
