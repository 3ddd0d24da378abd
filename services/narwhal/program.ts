import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { Commit } from '@narwhal/protocol'
import type { CommandContext } from './command-context.ts'
import { showBuilds } from './commands/builds.ts'
import { approve } from './commands/approve.ts'
import { saveArtifacts } from './commands/artifacts.ts'
import { cancel } from './commands/cancel.ts'
import { runExec } from './commands/exec.ts'
import { initPipeline } from './commands/init.ts'
import { lintFile } from './commands/lint.ts'
import { showLog } from './commands/log.ts'
import { showPlan } from './commands/plan.ts'
import { resubmit } from './commands/resubmit.ts'
import { showRunners } from './commands/runners.ts'
import { listAll, removeOne, setOne } from './commands/secrets.ts'
import { listMessages, requeue } from './commands/quarantine.ts'
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
  addPipeline(program, context, ending)
  addReading(program, context, ending)
  addActing(program, context, ending)
  addSecrets(program, context, ending)
  addQuarantine(program, context, ending)
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
    .command('artifacts')
    .description('save what a job left, or every job of a build, as JOB.tar.gz')
    .argument('<WHAT>', whatHelp)
    .option('--to <DIR>', 'where to', '.')
    .action((what, options) => ending(saveArtifacts(what, options, context)))
}

function addPipeline(program: Command, context: CommandContext, ending: Ending): void {
  program
    .command('init')
    .description('write a first narwhal.yml for what is here')
    .action(() => ending(initPipeline(context)))
  program
    .command('lint')
    .description('check a narwhal.yml')
    .argument('[FILE]', 'the file', 'narwhal.yml')
    .action((file) => ending(lintFile(file, context)))
  program
    .command('plan')
    .description('show what would run of the working tree, and why')
    .argument('[JOB...]', 'only these jobs and what they need')
    .option('--matrix <AXIS=VALUE>', 'only cells with this value; may be repeated', collect, [])
    .option('--trigger <TRIGGER>', 'as if by push, tag, pull_request, cron, manual or api', triggerOf, 'push')
    .option('--branch <NAME>', 'as if on this branch')
    .action((jobs, options) => ending(showPlan(jobs, options, context)))
  program
    .command('exec')
    .description('run the pipeline of the working tree here, as it runs in CI')
    .argument('[JOB...]', 'only these jobs and what they need')
    .option('--step <NAME>', 'only this step; may be repeated', collect, [])
    .option('--matrix <AXIS=VALUE>', 'only cells with this value; may be repeated', collect, [])
    .option('--env <NAME=VALUE>', 'set in the environment of every step; may be repeated', collect, [])
    .option('--secrets-file <FILE>', 'NAME=value lines: the secrets that the pipeline names')
    .option('--engine <URL>', 'docker:, podman:, or host: for plain processes on this machine')
    .option('--fresh', 'without the caches of earlier ones')
    .option('--json', 'the build and its logs as JSON, the progress on standard error')
    .action((jobs, options) => ending(runExec(jobs, options, context)))
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function triggerOf(text: string): Commit['trigger'] {
  const trigger = (['push', 'tag', 'pull_request', 'cron', 'manual', 'api', 'poll'] as const).find(
    (one) => one === text,
  )
  if (trigger !== undefined) return trigger
  throw new InvalidArgumentError('It is push, tag, pull_request, cron, manual or api.')
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
  program
    .command('approve')
    .description('let a job go on that waits for an approval')
    .argument('<WHAT>', whatHelp)
    .action((what) => ending(approve(what, context)))
}

function addSecrets(program: Command, context: CommandContext, ending: Ending): void {
  const secrets = program.command('secrets').description('keep secrets for the jobs of a repository')
  const repository = '--repository <R>'
  const repositoryHelp = 'owner/name or host/owner/name; by the remote "origin" when absent'
  secrets
    .command('set')
    .description('keep a secret, or replace it; its value is asked for, or read from standard input')
    .argument('<NAME>', 'as narwhal.yml names it')
    .option(repository, repositoryHelp)
    .action((name, options) => ending(setOne(name, options, context)))
  secrets
    .command('list')
    .description('list the names of secrets')
    .option(repository, repositoryHelp)
    .action((options) => ending(listAll(options, context)))
  secrets
    .command('remove')
    .description('forget a secret')
    .argument('<NAME>', 'as it was set')
    .option(repository, repositoryHelp)
    .action((name, options) => ending(removeOne(name, options, context)))
}

function addQuarantine(program: Command, context: CommandContext, ending: Ending): void {
  const quarantine = program.command('quarantine').description('look after messages that could not be taken')
  quarantine
    .command('list')
    .description('list them, newest first, with why')
    .option('--limit <N>', 'how many, up to 100', limitOf, 20)
    .option('--json', 'as JSON')
    .action((options) => ending(listMessages(options, context)))
  quarantine
    .command('requeue')
    .description('take one again, as if it came now')
    .argument('<ID>', 'as the list shows it')
    .action((id) => ending(requeue(id, context)))
}

function limitOf(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit
  throw new InvalidArgumentError('It is a number from 1 to 100.')
}
