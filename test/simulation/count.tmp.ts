import { takeOverChance } from './core/one-source.ts'
import { DatabaseSync, StatementSync } from 'node:sqlite'
const { simulate } = await import('./simulate.ts')
const { openPlatters } = await import('./machines/platters.ts')
const platters = await openPlatters()
takeOverChance()
const counts: Record<string, number> = {}
let sql: Record<string, number> = {}
for (const m of ['all','run'] as const) { const o = StatementSync.prototype[m]; StatementSync.prototype[m] = function(this: any, ...a: any[]) { counts.sql=(counts.sql??0)+1; const k=(this.sourceSQL as string).slice(0,70); sql[k]=(sql[k]??0)+1; return (o as any).apply(this, a) } as any }
const N=20
for (let seed = 1; seed <= N; seed++) {
  const o = await simulate(seed, { platters, keepsTrace: true })
  for (const l of o.lines) { const k = l.weight==='detail' ? l.what.replace(/[0-9a-f]{8}-[0-9a-f-]+/g,'ID').replace(/\d+/g,'N').slice(0,40) : 'story'; counts[k]=(counts[k]??0)+1 }
  counts.virtual = (counts.virtual??0)+o.virtualMs/1000
  counts.attempts = (counts.attempts??0)+o.attempts
  counts.events = (counts.events??0)+((globalThis as any).turns9??0); (globalThis as any).turns9=0
  counts.tx = (counts.tx??0)+((globalThis as any).tx9??0); (globalThis as any).tx9=0
}
for (const [k,v] of Object.entries(counts).sort((a,b)=>b[1]-a[1]).slice(0,25)) console.log((v/N).toFixed(1), k)
for (const [k,v] of Object.entries(sql).sort((a,b)=>b[1]-a[1]).slice(0,25)) console.log((v/N).toFixed(1), k)
