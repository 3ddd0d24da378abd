import { rmSync } from 'node:fs'

// A program that waits until whoever started it is gone, however that came, and then ends what they left behind.
// Arguments: the directory of a private RabbitMQ or PostgreSQL, the ids of its programs.

const [folder = '', ...pids] = process.argv.slice(2)

process.stdin.resume().once('end', () => {
  for (const pid of pids.map(Number)) {
    endNow(-pid) // the group, where it leads one
    endNow(pid)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}
