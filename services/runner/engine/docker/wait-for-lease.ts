/**
 * The main process of a container: it waits for steps, and ends the container when nobody has renewed the lease of the
 * attempt, because the runner is dead, or stands still. POSIX only: dash, busybox, bash.
 *
 * 1. The file says when it was written, and how many looks, one each second, may pass until it says something else.
 *    Only that it differs counts: the clocks of this machine may say what they like.
 * 2. Steps cannot write it. Without it nobody watches: the container waits for ever.
 * 3. It looks once more before it ends: a runner that comes back late, but before the end of the lease, is seen.
 * 4. Steps may use up all processes. `command eval` keeps a shell that cannot fork from ending; what it waits by then is
 *    the uptime of the machine.
 */
export const waitForLease = `
narwhal_file=/narwhal-lease/left narwhal_seen= narwhal_looks=60
[ -r "$narwhal_file" ] || exec sleep 2147483647
look() {
  narwhal_at= narwhal_left=
  read -r narwhal_at narwhal_left <"$narwhal_file"
  if [ "$narwhal_at" = "$narwhal_seen" ] || [ -z "$narwhal_left" ]; then
    narwhal_looks=$((narwhal_looks - 1))
  else
    narwhal_seen=$narwhal_at narwhal_looks=$narwhal_left
  fi
}
read_uptime() { read -r narwhal_now narwhal_rest </proc/uptime; narwhal_now=\${narwhal_now%%.*}; }
await_second() {
  read_uptime
  narwhal_since=$narwhal_now
  while [ "$narwhal_now" = "$narwhal_since" ]; do read_uptime; done
}
while look 2>/dev/null; [ "$narwhal_looks" -gt 0 ]; do
  command eval 'sleep 1' 2>/dev/null || await_second
done
`
