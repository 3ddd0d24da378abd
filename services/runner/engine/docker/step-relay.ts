/**
 * The shell of an exec: runs the script of a step and relays its output to the log file. POSIX only: dash, busybox.
 *
 * 1. Output passes a FIFO, never a redirect to the file: `echo x > /dev/stdout` would truncate the log.
 * 2. The cap is a file size limit on the copying `cat`, which unlike `head -c` writes at once.
 * 3. The relay outlives the script while something in the background holds the FIFO: it throws away what comes, so
 *    that nobody gets SIGPIPE. The step does not wait for it longer than a second.
 * 4. A step that fails while the kernel's count of kills for want of memory rises leaves a file `.oom`: engines do not
 *    tell it of execs, and some not at all.
 * 5. The relay ends its copying before it signals, so the log is complete when this shell ends.
 *
 * Arguments: the path of the step's files without extension; the cap in blocks of 512 bytes.
 */
export const stepRelay = `
trap 'drained=1; kill "$timer" 2>/dev/null' USR1
await_drain() { sleep 1 & timer=$!; [ -n "$drained" ] || wait "$timer"; }
count_oom_kills() {
  kills=0
  for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r "$file" ] || continue
    while read -r key count; do [ "$key" != oom_kill ] || kills=$count; done <"$file"
  done
}
drained= timer=
mkfifo -m 666 "$1.out" 2>>"$1.log" || exit 127
(
  trap 'kill "$copy"; wait "$copy"' USR1
  (ulimit -f "$2"; exec cat <&4 >>"$1.log") & copy=$!
  wait "$copy"
  kill -USR1 $$
  exec cat <&4 >/dev/null
) 4<"$1.out" & relay=$!
count_oom_kills
before=$kills
sh -e "$1.sh" >"$1.out" 2>&1 </dev/null
code=$?
[ "$code" = 0 ] || { count_oom_kills; [ "$kills" = "$before" ] || : >"$1.oom"; }
[ -n "$drained" ] || await_drain
[ -n "$drained" ] || { kill -USR1 "$relay"; await_drain; }
exit "$code"
`
