#!/bin/sh
# Which rows of constant.def do the installed headers know? Prints C: an array
# known_<headers> of what they say.
#
#	known.sh compiler abis constant.def headers.h [others.h ...]
#
# Rows for other ABIs than those (as "X86 WIDE") are left out, and so is what the
# others know. A name is known when a macro is called so, or when it still
# stands there after the preprocessor: an enumerator.
set -eu

compiler=$1
abis=$2
rows=$3
headers=$4
name=$(basename "$headers" .h)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

names_of() {
	"$compiler" -D_GNU_SOURCE -E -dM -x c "$1" |
		awk '$1 == "#define" { print $2 }'
	"$compiler" -D_GNU_SOURCE -E -P -x c "$1" |
		tr -c 'A-Za-z0-9_' '\n' | grep '[A-Z]'
}

shift 4
for other in "$@"; do
	names_of "$other"
done | sort -u >"$work/others"
names_of "$headers" | sort -u | comm -23 - "$work/others" >"$work/names"

echo "/* Made by known.sh. */"
echo "#include \"$headers\""
echo '#include "known.h"'
echo "const struct known known_$name[] = {"
awk -v abis=" $abis " '
	NR == FNR { known[$1] = 1; next }
	/^[A-Z_]*SET\(/ { split($0, word, /[(,]/); set = word[2] }
	/^\t(VALUE|BIT|FIELD)/ {
		sub(/^\t/, "")
		split($0, word, /[(,] */)
		at = 2
		if (word[1] ~ /_ON$/ && !index(abis, " " word[at++] " "))
			next
		if (word[1] ~ /^FIELD/)
			at++
		if (word[at] in known)
			printf "\t{ FLAGSET_%s, \"%s\", (uint64_t)(%s) },\n",
				set, word[at], word[at]
	}' "$work/names" "$rows"
echo "	{ FLAGSET_NONE, NULL, 0 },"
echo "};"
