import fs from 'node:fs'
import { Session } from 'node:inspector/promises'
import { takeOverChance } from './core/one-source.ts'
const { simulate } = await import('./simulate.ts')
const { openPlatters } = await import('./machines/platters.ts')
const platters = await openPlatters()
takeOverChance()
for (let seed = 1; seed <= 60; seed++) await simulate(seed, { platters })
const s = new Session(); s.connect(); await s.post('Profiler.enable'); await s.post('Profiler.setSamplingInterval',{interval:250}); await s.post('Profiler.start')
const c0=process.cpuUsage(), t0=performance.now()
for (let seed = 61; seed <= 120; seed++) await simulate(seed, { platters })
const c=process.cpuUsage(c0)
console.log('user', c.user/60e3, 'sys', c.system/60e3, 'wall', (performance.now()-t0)/60)
const {profile}=await s.post('Profiler.stop'); fs.mkdirSync('/tmp/prof',{recursive:true}); fs.writeFileSync('/tmp/prof/z'+Date.now()+'.cpuprofile', JSON.stringify(profile))
process.exit(0)
