#!/bin/sh
# capture and the tables under it are compiled a second time, into a recorder
# that lives inside a traced program: they may need nothing from anybody.
#
#	freestanding.sh compiler source-dir
#
# Compiles them without a library, links them into one object and fails when
# anything is left undefined, or when a function other than the one that only
# a recorder outside uses takes more than 2 KiB of stack.
set -eu

compiler=$1
source=$2
ld=$("$compiler" -print-prog-name=ld)
nm=$("$compiler" -print-prog-name=nm)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() {
	"$compiler" -std=gnu17 -ffreestanding -fno-builtin "$1" \
		-fno-stack-protector -mgeneral-regs-only -fstack-usage \
		-Wall -Wextra -Werror -I"$source/src" -I"$source/include" \
		-c "$2" -o "$work/$(basename "$2" .c).o"
}

for level in -O0 -O2 -O3 -Os; do
	rm -f "$work"/*.o "$work"/*.su
	for file in "$source"/src/capture/*.c "$source"/src/sysdesc/sysdesc.c \
		"$source"/src/sysdesc/layout.c \
		"$source"/src/sysdesc/constant.c; do
		compile "$level" "$file"
	done
	"$ld" -r -o "$work/all" "$work"/*.o
	undefined=$("$nm" -u "$work/all")
	if [ -n "$undefined" ]; then
		echo "$compiler $level: not freestanding: $undefined" >&2
		exit 1
	fi
	# file:line:column:function <tab> bytes <tab> how
	deep=$(awk -F '\t' '$2 > 2048 && $1 !~ /:commit_and_tell$/' \
		"$work"/*.su)
	if [ -n "$deep" ]; then
		echo "$compiler $level: too much stack: $deep" >&2
		exit 1
	fi
done
echo "$(ls "$work"/*.o | wc -l) objects, nothing undefined"
