import { describeError, systemClock } from '@narwhal/host'
import { runProgram } from '@narwhal/cli/program'
import { openPaperTerminal } from '../../../services/narwhal/test/paper-terminal.ts'
import type { ExecEnd, ExecRequest } from './homes.ts'

// Runs one command line of `narwhal` after the other, each in the directory it is told: to start Node anew takes longer
// than most pipelines.

const { signal } = new AbortController()

process.on('message', (request: ExecRequest) => {
  run(request).then(
    (end) => process.send?.(end),
    (error: unknown) => process.send?.({ exitCode: 1, output: '', remarks: describeError(error) }),
  )
})

async function run({ argv, cwd, env }: ExecRequest): Promise<ExecEnd> {
  process.chdir(cwd)
  const terminal = openPaperTerminal()
  try {
    const exitCode = await runProgram(argv, { env, clock: systemClock, terminal, signal })
    return { exitCode, output: terminal.output(), remarks: terminal.remarks() }
  } catch (error) {
    return { exitCode: 1, output: '', remarks: `${terminal.remarks()}\n${describeError(error)}` }
  }
}
