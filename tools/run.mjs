// Starts `pnpm run …` on any Node >= 18: installs what the lockfile names when it is missing, forwards signals and the exit code.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const pnpm = `${root}node_modules/.bin/pnpm`

if (!existsSync(pnpm)) {
  const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  console.log(`First start: installing ${packageManager}, Node 24 and the dependencies into node_modules …`)
  const code = await run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'])
  if (code !== 0) process.exit(code)
}
process.exit(await run(pnpm, ['run', ...process.argv.slice(2)]))

/** Runs a program in the root to its end; gives its exit code as a shell would. */
function run(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' })
  const forward = (signal) => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, forward).on(signal, () => {})
  // Ctrl-C at a terminal reaches everybody by itself, and pnpm gives up at the third SIGINT instead of waiting.
  if (process.stdin.isTTY) process.off('SIGINT', forward)
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`)
      resolve(127)
    })
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}
