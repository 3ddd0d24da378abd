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
 * 6. Nothing keeps the stdout and stderr of the exec: the engine reports its end up to two seconds late while somebody does.
 * 7. Its variables begin with `narwhal_`: the environment of the step is its own, too.
 *
 * 8. What keeps the step from running leaves a file, too: `.nodir`, `.noshell`. So does a copying `cat` that could not write
 *    (it ends with 1; by a signal where the cap or the relay ended it): `.full`.
 *
 * Arguments: the path of the step's files without extension; how many blocks of 512 bytes the log may have; the directory
 * to run in; the shell and its options.
 */
export const stepRelay = `
exec </dev/null >/dev/null 2>&1
trap 'narwhal_drained=1; kill "$narwhal_timer"' USR1
await_drain() { sleep 1 & narwhal_timer=$!; [ -n "$narwhal_drained" ] || wait "$narwhal_timer"; }
count_oom_kills() {
  narwhal_kills=0
  for narwhal_file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r "$narwhal_file" ] || continue
    while read -r narwhal_key narwhal_count; do
      [ "$narwhal_key" != oom_kill ] || narwhal_kills=$narwhal_count
    done <"$narwhal_file"
  done
}
narwhal_drained= narwhal_timer= narwhal_path=$1 narwhal_blocks=$2
cd "$3" || { : >"$1.nodir"; exit 1; }
shift 3
command -v "$1" || { : >"$narwhal_path.noshell"; exit 127; }
mkfifo -m 666 "$narwhal_path.out" 2>>"$narwhal_path.log" || exit 127
(
  trap 'kill "$narwhal_copy"; wait "$narwhal_copy"' USR1
  (ulimit -f "$narwhal_blocks"; exec cat <&4 >>"$narwhal_path.log") & narwhal_copy=$!
  wait "$narwhal_copy"
  [ "$?" != 1 ] || : >"$narwhal_path.full"
  kill -USR1 $$
  exec cat <&4
) 4<"$narwhal_path.out" & narwhal_relay=$!
count_oom_kills
narwhal_before=$narwhal_kills
"$@" "$narwhal_path.sh" >"$narwhal_path.out" 2>&1
narwhal_code=$?
[ "$narwhal_code" = 0 ] || { count_oom_kills; [ "$narwhal_kills" = "$narwhal_before" ] || : >"$narwhal_path.oom"; }
[ -n "$narwhal_drained" ] || await_drain
[ -n "$narwhal_drained" ] || { kill -USR1 "$narwhal_relay"; await_drain; }
exit "$narwhal_code"
`
