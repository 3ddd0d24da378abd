# Writes whatever it can read of the steps beside it to the file `seen`, then waits for the file `other`.

{ env; cat /proc/*/environ /proc/*/cmdline; find /narwhal -type f -exec cat {} +; } >seen 2>&1 || true
echo seen
until [ -e other ]; do usleep 50000; done
