import fs from 'node:fs'; (globalThis as any).fs9 = process.env.LIVE ? fs : undefined
import { takeOverChance } from './core/one-source.ts'
const { simulate } = await import('./simulate.ts')
const { openPlatters } = await import('./machines/platters.ts')
process.on('unhandledRejection', (e) => { console.error('UNHANDLED', e); process.exit(3) })
const platters = await openPlatters()
takeOverChance()
const [from = 1, to = 1, show = 0] = process.argv.slice(2).map(Number)
const t0 = process.cpuUsage()
let n=0
for (let seed = from; seed <= to; seed++) {
  process.stderr.write(`${seed}\r`)
  const t=process.cpuUsage()
  const o = await simulate(seed, { platters, keepsTrace: Boolean(show) })
  const u=process.cpuUsage(t)
  n++
  if (show) for (const l of o.lines) if (l.weight==='story'||show>1) console.log((l.atMs/1000).toFixed(3).padStart(8), l.who.padEnd(14), l.what)
  if (show || o.violations.length || process.env.ALL) console.log(seed, o.hash, o.builds, o.attempts, Math.round(o.virtualMs), Math.round((u.user+u.system)/1000), o.violations[0] ?? '', JSON.stringify(o.injected))
}
const c=process.cpuUsage(t0)
console.log(((c.user+c.system)/1000/n).toFixed(1),'ms cpu per schedule')
