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
 *    `command eval` keeps a shell that cannot fork from ending; what it waits by then is the uptime again. Only where that
 *    cannot be read are pauses counted.
 * 5. The uptime goes on while the machine is suspended. A pause that took far too long leaves a runner that has slept as well
 *    the time for a renewal: a third of the usual lease and a look, or all of a shorter one. Once for each renewal, or a
 *    starved container never ends.
 */
export const waitForLease = `
narwhal_file=/narwhal-lease/left narwhal_seen= narwhal_spared= narwhal_now=0 narwhal_paused=0
[ -r "$narwhal_file" ] || exec sleep 2147483647
read_uptime() {
  narwhal_read=
  read -r narwhal_read narwhal_rest </proc/uptime
  case $narwhal_read in *.??) ;; *) return 1 ;; esac
  narwhal_read=\${narwhal_read%.*}\${narwhal_read#*.}
  narwhal_read=\${narwhal_read#0}
  narwhal_now=\${narwhal_read#0}
}
look() {
  narwhal_before=$narwhal_now narwhal_at= narwhal_left=
  read_uptime || narwhal_now=$((narwhal_now + narwhal_paused))
  read -r narwhal_at narwhal_left <"$narwhal_file"
  [ "$narwhal_at" = "$narwhal_seen" ] || [ -z "$narwhal_left" ] || {
    narwhal_seen=$narwhal_at narwhal_spared= narwhal_until=$((narwhal_now + narwhal_left * 100))
  }
  [ "$narwhal_now" -le "$((narwhal_before + 500))" ] || [ -n "$narwhal_spared" ] || [ -z "$narwhal_left" ] || {
    narwhal_spared=$((narwhal_left < 12 ? narwhal_left * 100 : 1200))
    [ "$narwhal_until" -ge "$((narwhal_now + narwhal_spared))" ] || narwhal_until=$((narwhal_now + narwhal_spared))
  }
}
await_second() {
  narwhal_since=$narwhal_now
  while read_uptime && [ "$narwhal_now" -lt "$((narwhal_since + 100))" ]; do :; done
}
read_uptime 2>/dev/null
narwhal_until=$((narwhal_now + 6000))
while look 2>/dev/null; [ "$narwhal_now" -lt "$narwhal_until" ]; do
  narwhal_paused=0
  command eval 'sleep 1' 2>/dev/null && narwhal_paused=100 || await_second 2>/dev/null
done
exit ${leaseOverCode}
`
