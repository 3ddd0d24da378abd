/** The exit code of a container that ended by itself; nothing else ends its main process with it. */
export const leaseOverCode = 77

/**
 * The main process of a container: it waits for steps, and ends the container when nobody has renewed the lease of the
 * attempt, because the runner is dead, or stands still. POSIX only: dash, busybox, bash.
 *
 * 1. The file says when it was written, and how many seconds the container may live unless it says something else by then.
 *    Only that it differs counts: the wall clocks of this machine may say what they like. Time is the uptime of the machine.
 * 2. Steps cannot write it. Without it nobody watches: the container waits for ever.
 * 3. It looks once more before it ends: a runner that comes back late, but before the end of the lease, is seen.
 * 4. Steps may use up all processes, or all processor time, or have a `sleep` of their own, which is why that only pauses.
 *    `command eval` keeps a shell that cannot fork from ending; what it waits by then is the uptime again.
 */
export const waitForLease = `
narwhal_file=/narwhal-lease/left narwhal_seen=
[ -r "$narwhal_file" ] || exec sleep 2147483647
read_uptime() { read -r narwhal_now narwhal_rest </proc/uptime; narwhal_now=\${narwhal_now%.*}\${narwhal_now#*.}; }
look() {
  read_uptime
  narwhal_at= narwhal_left=
  read -r narwhal_at narwhal_left <"$narwhal_file"
  [ "$narwhal_at" = "$narwhal_seen" ] || [ -z "$narwhal_left" ] || {
    narwhal_seen=$narwhal_at narwhal_until=$((narwhal_now + narwhal_left * 100))
  }
}
await_second() {
  narwhal_since=$narwhal_now
  while [ "$narwhal_now" -lt "$((narwhal_since + 100))" ]; do read_uptime; done
}
read_uptime
narwhal_until=$((narwhal_now + 6000))
while look 2>/dev/null; [ "$narwhal_now" -lt "$narwhal_until" ]; do
  command eval 'sleep 1' 2>/dev/null || await_second
done
exit ${leaseOverCode}
`
