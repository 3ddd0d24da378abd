#!/bin/sh
# git runs this to ask for a name and a password; the token comes by the environment of that git alone.
case $1 in
  Username*) echo x-access-token ;;
  *) printf '%s\n' "$NARWHAL_ASKPASS_TOKEN" ;;
esac
