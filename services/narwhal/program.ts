import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { CommandContext } from './command-context.ts'
import { showBuilds } from './commands/builds.ts'
import { cancel } from './commands/cancel.ts'
import { lintFile } from './commands/lint.ts'
import { showLog } from './commands/log.ts'
import { resubmit } from './commands/resubmit.ts'
import { showRunners } from './commands/runners.ts'
import { runUp } from './commands/up.ts'

const whatHelp = 'owner/name#12, 12, the id of a build or of a job'

/**
 * Runs one command line of `narwhal`.
 *
 * @returns the exit code: 0 good, 1 the command says no, 2 the command line is wrong.
 * @throws {ProblemError} what went wrong while a command ran.
 */
export async function runProgram(argv: readonly string[], context: CommandContext): Promise<number> {
  let code = 0
  const ending = (run: Promise<number>) => run.then((end) => void (code = end))
  const program = new Command('narwhal')
    .description('A self-hosted CI: a commit arrives, its narwhal.yml says what to do, containers do it.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .helpCommand(true)
  addUp(program, (options) => ending(runUp(options, context)))
  addReading(program, context, ending)
  addActing(program, context, ending)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : 2
  }
}

type Ending = (run: Promise<number>) => Promise<void>

function addUp(program: Command, run: (options: Parameters<typeof runUp>[0]) => Promise<void>): void {
  program
    .command('up')
    .description('start everything in this process: webhooks, builds in containers, REST API')
    .option('--demo', 'make a small repository at the first start, and watch it')
    .option('--watch <PATH_OR_URL>', 'watch this repository instead: its head now, then each new head')
    .option('--once', 'end with the build of the head: exit code 0 if it passed, 1 if not')
    .addHelpText('after', upHelp)
    .action(run)
}

const upHelp = `
npm start is "narwhal up --demo"; what follows -- is given on:
  npm start -- --once                 build the demo once
  npm start -- --watch ../my/checkout watch a repository of yours

Settings come from the environment, for example NARWHAL_PORT (8080), NARWHAL_DATA (.narwhal),
NARWHAL_SETUP=0 (install nothing); the README lists them all.`

function addReading(program: Command, context: CommandContext, ending: Ending): void {
  program
    .command('builds')
    .description('list builds, newest first')
    .option('--repository <R>', 'only those of owner/name')
    .option('--limit <N>', 'how many, up to 100', limitOf, 20)
    .option('--json', 'as JSON')
    .action((options) => ending(showBuilds(options, context)))
  program
    .command('log')
    .description('show what a job wrote')
    .argument('[WHAT]', `${whatHelp}; the newest build when absent`)
    .option('-f, --follow', 'go on until the job has ended')
    .action((what, options) => ending(showLog(what, options, context)))
  program
    .command('runners')
    .description('list the runners')
    .option('--json', 'as JSON')
    .action((options) => ending(showRunners(options, context)))
  program
    .command('lint')
    .description('check a narwhal.yml')
    .argument('[FILE]', 'the file', 'narwhal.yml')
    .action((file) => ending(lintFile(file, context)))
}

function addActing(program: Command, context: CommandContext, ending: Ending): void {
  program
    .command('resubmit')
    .description('run a job again, in a new build')
    .argument('<WHAT>', whatHelp)
    .action((what) => ending(resubmit(what, context)))
  program
    .command('cancel')
    .description('ask a job to stop')
    .argument('<WHAT>', whatHelp)
    .option('--because <TEXT>', 'why', 'somebody asked for it on the command line')
    .action((what, options) => ending(cancel(what, options, context)))
}

function limitOf(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit
  throw new InvalidArgumentError('It is a number from 1 to 100.')
}
