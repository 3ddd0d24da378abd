# Tells $LINE and $TEXT in every form, then waits for the file `tell`.

one() { printf '%s\n' "$1"; }
split() {
  rest=$1
  while [ -n "$rest" ]; do next=${rest#?}; printf '%s' "${rest%"$next"}"; rest=$next; usleep 5000; done
  echo
}
base64s() {
  for before in '' x xy 'somebody:'; do
    printf '%s%s' "$before" "$1" | base64 -w 0; echo
    printf '%s%s' "$before" "$1" | base64
    printf '%s%s' "$before" "$1" | base64 -w 0 | tr '+/' '-_' | tr -d =; echo
  done
}
hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; echo; }
url() {
  printf '%s' "$1" | od -An -v -tx1 | tr -s ' ' '\n' | awk '
    function digit(letter) { return index("0123456789abcdef", letter) - 1 }
    $1 != "" {
      code = 16 * digit(substr($1, 1, 1)) + digit(substr($1, 2, 1))
      letter = sprintf("%c", code)
      if (code < 128 && letter ~ /[A-Za-z0-9_.!~*()\047-]/) printf "%s", letter
      else printf "%%%s", toupper($1)
    }
    END { print "" }'
}
json() {
  printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 } END { print "\\n" }'
}
tell() {
  one "$1"; base64s "$1"; hex "$1"; hex "$1" | tr a-f A-F; url "$1"; json "$1"
  (set -x; : "$1")
}

printf '%s' "$LINE$TEXT" | sha256sum
tell "$LINE"
tell "$TEXT"
printf '%s' "$TEXT" | while read -r line; do echo "$line"; usleep 50000; done
split "$LINE"
split "$TEXT"
split "$(hex "$LINE")"
split "$(printf '%s' "$TEXT" | base64)"

echo "line=$LINE" >>"$NARWHAL_OUTPUT"
for form in base64s hex url json; do
  $form "$TEXT" | while read -r told; do count=$((count + 1)); echo "$form$count=$told"; done >>"$NARWHAL_OUTPUT"
done
{ tell "$LINE"; tell "$TEXT"; } >>"$NARWHAL_SUMMARY" 2>&1
report=$(one "$LINE"; base64s "$TEXT"; url "$TEXT")
echo "<testsuite><testcase name='tea'><failure><![CDATA[$report]]></failure></testcase></testsuite>" >junit.xml
message=$(url "$LINE")
echo "<checkstyle><file name='a.c'><error line='1' severity='error' message=\"$message\"/></file></checkstyle>" >checkstyle.xml

sleep 600 & # what goes on behind a step has its environment
echo told
until [ -e tell ]; do usleep 50000; done
