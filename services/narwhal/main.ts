#!/usr/bin/env node
import { runMain, systemClock } from '@narwhal/host'
import { runProgram } from './program.ts'
import { openTerminal } from './terminal.ts'

await runMain(({ env, argv, signal }) => {
  const terminal = openTerminal(process, (env['CI'] ?? '') !== '')
  return runProgram(argv, { env, clock: systemClock, terminal, signal })
})
