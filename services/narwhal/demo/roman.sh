#!/bin/sh
# Writes a whole number from 1 to 3999 as the Romans did: sh roman.sh 2026
set -eu

case "${1:-}" in
  '' | *[!0-9]*) echo "roman.sh: not a whole number: ${1:-}" >&2; exit 2 ;;
esac
left=$1
if [ "$left" -lt 1 ] || [ "$left" -gt 3999 ]; then
  echo "roman.sh: the Romans had no sign for $left" >&2
  exit 2
fi

written=
for pair in 1000:M 900:CM 500:D 400:CD 100:C 90:XC 50:L 40:XL 10:X 9:IX 5:V 4:IV 1:I; do
  while [ "$left" -ge "${pair%:*}" ]; do
    written=$written${pair#*:}
    left=$((left - ${pair%:*}))
  done
done
echo "$written"
