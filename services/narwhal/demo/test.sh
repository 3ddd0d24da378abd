#!/bin/sh
# Tests roman.sh: each line is a number and what it has to say about it.
set -u

failures=0
while read -r number expected; do
  actual=$(sh roman.sh "$number" 2>/dev/null) || actual=refused
  if [ "$actual" = "$expected" ]; then
    echo "ok      $number is $actual"
  else
    echo "not ok  $number is $actual, not $expected"
    failures=$((failures + 1))
  fi
done <<TABLE
1 I
4 IV
9 IX
14 XIV
40 XL
90 XC
400 CD
1066 MLXVI
1994 MCMXCIV
2026 MMXXVI
3999 MMMCMXCIX
0 refused
4000 refused
whale refused
TABLE

echo "$failures failed"
[ "$failures" -eq 0 ]
