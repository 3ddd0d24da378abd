import type { Outcome } from '@narwhal/protocol'
import { testImage, testVolumeImage } from '../../setup/provide-test-image.ts'

// Pipelines whose every byte of log is known before they run, whatever happens to their runners meanwhile.

/** A job as it has to be at its end; `errored RUNNER_LOST` may come instead, where as many attempts were lost as that takes. */
export interface ExpectedJob {
  readonly name: string
  readonly outcome: Outcome
  /** The log of its accepted attempt. */
  readonly log: string
  /** What an attempt that fails and is tried again says, where that differs. */
  readonly lost?: 'fail'
  /** No two jobs of the same group, and no two attempts of one job, may live at once. */
  readonly group?: string
}

/** One pipeline with what comes of it. */
export interface Shape {
  readonly name: string
  readonly pipeline: string
  readonly jobs: readonly ExpectedJob[]
  /** Somebody cancels it once it runs. */
  readonly isCancelled?: true
}

/** What makes one pipeline unlike the others of its shape. */
export interface ShapeContext {
  /** In every line of its logs, so that a foreign byte is seen. */
  readonly mark: string
  /** In seconds. */
  readonly pause: number
  readonly lines: number
  readonly group: string
}

/** The secret that some jobs are given; its value must be nowhere. */
export const canaryName = 'CANARY'

/** Every shape, with how often it comes among the others. */
export const shapes: readonly { readonly weight: number; readonly make: (context: ShapeContext) => Shape }[] = [
  { weight: 5, make: oneStep },
  { weight: 3, make: severalSteps },
  { weight: 3, make: twoJobs },
  { weight: 3, make: withArtifact },
  { weight: 4, make: longOutput },
  { weight: 3, make: lostFails },
  { weight: 3, make: oneAtATime },
  { weight: 2, make: flaky },
  { weight: 2, make: failing },
  { weight: 2, make: withSecret },
  { weight: 1, make: cancelled },
  { weight: 1, make: withVolume },
]

function oneStep({ mark, pause }: ShapeContext): Shape {
  return {
    name: 'one step',
    pipeline: `image: ${testImage}\nrun: echo begin ${mark}; sleep ${pause}; ls; echo end ${mark}\n`,
    jobs: [passed('build', `begin ${mark}\nnarwhal.yml\nend ${mark}\n`)],
  }
}

function severalSteps({ mark, pause }: ShapeContext): Shape {
  const step = (number: number) => `  - echo step ${number} of ${mark}; sleep ${pause / 3}\n`
  return {
    name: 'several steps',
    pipeline: `image: ${testImage}\nsteps:\n${[1, 2, 3].map(step).join('')}`,
    jobs: [passed('build', [1, 2, 3].map((number) => `step ${number} of ${mark}\n`).join(''))],
  }
}

function twoJobs({ mark, pause }: ShapeContext): Shape {
  return {
    name: 'two jobs with needs',
    pipeline: `image: ${testImage}
jobs:
  first:
    run: echo first ${mark}; sleep ${pause}; echo "word=${mark}" >> "$NARWHAL_OUTPUT"
  second:
    needs: first
    env: { WORD: "\${{ needs.first.outputs.word }}" }
    run: echo "second $WORD"
`,
    jobs: [passed('first', `first ${mark}\n`), passed('second', `second ${mark}\n`)],
  }
}

function withArtifact({ mark, lines }: ShapeContext): Shape {
  return {
    name: 'artifacts',
    pipeline: `image: ${testImage}
jobs:
  make:
    run: mkdir dist; ${numbered(mark, lines)} > dist/lines; echo made ${mark}
    artifacts: dist/**
  use:
    needs: make
    run: cat dist/lines
`,
    jobs: [passed('make', `made ${mark}\n`), passed('use', numberedLines(mark, lines))],
  }
}

function longOutput({ mark, pause, lines }: ShapeContext): Shape {
  const part = `${numbered(mark, lines)}; sleep ${pause / 4}`
  return {
    name: 'long output',
    pipeline: `image: ${testImage}\nrun: for part in 1 2 3 4; do ${part}; done\n`,
    jobs: [passed('build', numberedLines(mark, lines).repeat(4))],
  }
}

function lostFails({ mark, pause }: ShapeContext): Shape {
  return {
    name: 'lost: fail',
    pipeline: `image: ${testImage}\nlost: fail\nrun: echo once ${mark}; sleep ${pause}; echo done ${mark}\n`,
    jobs: [{ ...passed('build', `once ${mark}\ndone ${mark}\n`), lost: 'fail' }],
  }
}

function oneAtATime({ mark, pause, group }: ShapeContext): Shape {
  return {
    name: 'concurrency',
    pipeline: `image: ${testImage}
jobs:
  alone:
    concurrency: ${group}
    run: echo alone ${mark}; sleep ${pause / 2}; echo done ${mark}
`,
    jobs: [{ ...passed('alone', `alone ${mark}\ndone ${mark}\n`), group }],
  }
}

/** Its first attempt fails; one that follows a lost or refused one need not. */
function flaky({ mark }: ShapeContext): Shape {
  return {
    name: 'retry',
    pipeline: `image: ${testImage}\nretry: 2\nrun: echo try ${mark}; [ "$NARWHAL_ATTEMPT" -gt 1 ]\n`,
    jobs: [passed('build', `try ${mark}\n`)],
  }
}

function failing({ mark }: ShapeContext): Shape {
  return {
    name: 'fails',
    pipeline: `image: ${testImage}\nrun: echo no ${mark}; exit 3\n`,
    jobs: [{ name: 'build', outcome: 'failed', log: `no ${mark}\n` }],
  }
}

function withSecret({ mark, pause }: ShapeContext): Shape {
  const spellings = [
    `echo "$${canaryName}"`,
    `printf %s "$${canaryName}" | base64 -w 0; echo`,
    `printf %s "$${canaryName}" | od -An -v -tx1 | tr -d ' \\n'; echo`,
  ]
  return {
    name: 'masked secret',
    pipeline: `image: ${testImage}
secrets: [${canaryName}]
run: |
  echo before ${mark}
  ${spellings.join('\n  ')}
  sleep ${pause / 2}
  echo after ${mark}
`,
    jobs: [passed('build', `before ${mark}\n***\n***\n***\nafter ${mark}\n`)],
  }
}

function cancelled({ mark }: ShapeContext): Shape {
  return {
    name: 'cancelled',
    pipeline: `image: ${testImage}\nrun: echo waiting ${mark}; sleep 600\n`,
    jobs: [{ name: 'build', outcome: 'cancelled', log: `waiting ${mark}\n` }],
    isCancelled: true,
  }
}

/** Each container of its image brings a volume without a name. */
function withVolume({ mark, pause }: ShapeContext): Shape {
  return {
    name: 'volume',
    pipeline: `image: ${testVolumeImage}\nrun: echo kept ${mark} > /data/a; sleep ${pause / 2}; cat /data/*\n`,
    jobs: [passed('build', `kept ${mark}\n`)],
  }
}

function passed(name: string, log: string): ExpectedJob {
  return { name, outcome: 'passed', log }
}

/** A command that writes numbered lines. */
function numbered(mark: string, lines: number): string {
  return `seq 1 ${lines} | sed 's/^/${mark} line /'`
}

function numberedLines(mark: string, lines: number): string {
  return Array.from({ length: lines }, (_, index) => `${mark} line ${index + 1}\n`).join('')
}
