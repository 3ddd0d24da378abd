// Starts `pnpm run …` on any Node >= 18: installs what the lockfile names when it is missing, forwards signals and the exit code.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const pnpm = `${root}node_modules/.bin/pnpm`

if (!existsSync(pnpm)) {
  const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const install = ['--yes', packageManager, 'install', '--frozen-lockfile']
  const { status } = spawnSync('npx', install, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const child = spawn(pnpm, ['run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
