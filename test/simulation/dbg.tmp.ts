import fs from 'node:fs'
import { openChance } from './core/chance.ts'
import { drawSchedule } from './drawing/draw-schedule.ts'
const d = drawSchedule(4, openChance(4))
fs.writeSync(2, JSON.stringify({r:d.rates, f:d.faults, calm:d.calmAtMs, n:[d.agents.length,d.dispatchers.length,d.runners.length], commits: d.commits.length})+'\n')
