import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import { openEngine } from '../engine/open-engine.ts'
import { leftoverRemoval } from '../remove-leftovers.ts'
import { heardLog } from './heard-log.ts'

// A program for `runAsOtherUser`: removes a directory that lets itself not be removed, twice, then one that does.

const data = await mkdtemp(join(tmpdir(), 'narwhal-stuck-'))
const stuck = join(data, 'attempts', 'stuck')
await mkdir(stuck, { recursive: true })
await mkdir(join(data, 'attempts', 'loose'))
await writeFile(join(stuck, 'file'), '')
await chmod(stuck, 0o555)

const { log, lines } = heardLog()
await using engine = openEngine('scripted:', { clock: systemClock, log: silentLog() })
const remove = leftoverRemoval({ engine, runnerId: 'a-runner', data, keep: new Set(), log })
await remove()
await remove()
const left = await readdir(join(data, 'attempts'))

await chmod(stuck, 0o755)
await rm(data, { recursive: true })
console.log(JSON.stringify({ left, lines }))
