#!/bin/sh
cat <<'NARWHAL'

              .------._
  -----------(  o      `--._/|
              `----._____,-.\|

NARWHAL
echo "Build ${NARWHAL_BUILD:-1} of the demo, run in the year $(sh roman.sh "$(date +%Y)")."
