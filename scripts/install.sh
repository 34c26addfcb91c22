#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh : puts what `make install` has built below $DESTDIR$PREFIX: programs, manual pages, completions.
set -eu

PREFIX=${PREFIX:-/usr/local}
root=${DESTDIR:-}$PREFIX
built=.build/release
manual=.build/plugins/GenerateManual/outputs

for program in engram engramd engram-agent; do
    install -D -m 755 "$built/$program" "$root/bin/$program"
    for page in "$manual/$program"/*.1; do
        install -D -m 644 "$page" "$root/share/man/man1/$(basename "$page" | tr . - | sed 's/-1$/.1/')"
    done
    # The programs write these themselves, from the commands that they parse.
    while read -r shell file; do
        mkdir -p "$root/share/$(dirname "$file")"
        "$built/$program" --generate-completion-script "$shell" >"$root/share/$file"
    done <<EOF
bash bash-completion/completions/$program
zsh zsh/site-functions/_$program
fish fish/vendor_completions.d/$program.fish
EOF
done
echo "installed below $root"
