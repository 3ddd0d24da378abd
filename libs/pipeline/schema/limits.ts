import { Type } from 'typebox'
import { hints } from './form.ts'
import { Duration, linePattern, Size } from './texts.ts'

// What bounds jobs and steps.

const timeoutRange = ['1s', '24h'] as const

/** How long something may take. */
export function Timeout(otherwise: string) {
  return Type.Union(
    [
      Duration(timeoutRange, 'timeout: 15m'),
      Type.Object(
        {
          total: Type.Optional(
            Type.String({ ...Duration(timeoutRange, 'total: 1h'), description: 'How long it may take.' }),
          ),
          silence: Type.Optional(
            Type.String({
              ...Duration(timeoutRange, 'silence: 5m'),
              description: 'How long it may take without any output.',
            }),
          ),
        },
        {
          additionalProperties: false,
          minProperties: 1,
          ...hints({ noun: '`timeout`', example: 'timeout: { total: 1h, silence: 5m }' }),
        },
      ),
    ],
    {
      description: 'How long it may take (`15m`, `1h30m`), or `{total, silence}`; from 1s to 24h.',
      ...hints({ example: 'timeout: 15m', otherwise }),
    },
  )
}

const ExitCode = Type.Integer({ minimum: 1, maximum: 255, ...hints({ example: 'on: [75, timeout]' }) })
const RetryClass = Type.Enum(['failed', 'timeout', 'out-of-memory'], hints({ example: 'on: [75, timeout]' }))
const most = (example: string) =>
  Type.Integer({ minimum: 0, maximum: 10, description: 'How often, after the first time.', ...hints({ example }) })

/** How often a flaky command is tried again. */
export const Retry = Type.Union(
  [
    most('retry: 2'),
    Type.Object(
      {
        max: most('max: 2'),
        on: Type.Optional(
          Type.Array(Type.Union([ExitCode, RetryClass], hints({ example: 'on: [75, timeout]' })), {
            description: 'Exit codes and causes (`failed`, `timeout`, `out-of-memory`) that are worth it.',
            minItems: 1,
            maxItems: 50,
            ...hints({ example: 'on: [75, timeout]', otherwise: 'every failure' }),
          }),
        ),
        delay: Type.Optional(
          Type.String({
            ...Duration(['0s', '1h'], 'delay: 30s'),
            description: 'How long to wait before.',
          }),
        ),
      },
      {
        additionalProperties: false,
        ...hints({ noun: '`retry`', published: 'retry', example: 'retry: { max: 2, on: [75], delay: 30s }' }),
      },
    ),
  ],
  {
    description:
      'How often it is tried again when it fails, or `{max, on, delay}`. For flaky commands; what Narwhal itself breaks is tried again anyway.',
    ...hints({ example: 'retry: 2', otherwise: '0' }),
  },
)

const Group = Type.String({
  description: 'Builds or jobs of the repository with the same text; `${{ }}` can be in it.',
  minLength: 1,
  maxLength: 200,
  pattern: linePattern,
  ...hints({ example: 'group: production', must: 'be one line without control characters', template: 'plan' }),
})

/** How many builds or jobs of a group go at once. */
export function Concurrency(what: 'builds' | 'jobs') {
  return Type.Union(
    [
      Group,
      Type.Object(
        {
          group: Group,
          limit: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1000,
              description: 'How many at once.',
              ...hints({ example: 'limit: 2', otherwise: '1' }),
            }),
          ),
          cancel: Type.Optional(
            Type.Enum(['superseded'], {
              description: 'A newer one cancels those before it, but none that runs with an `environment`.',
              ...hints({ example: 'cancel: superseded' }),
            }),
          ),
        },
        {
          additionalProperties: false,
          ...hints({ noun: '`concurrency`', example: 'concurrency: { group: production, limit: 1 }' }),
        },
      ),
    ],
    {
      description: `Group of ${what} of which one runs at a time, or \`{group, limit, cancel}\`. The others wait; none is dropped.`,
      ...hints({ example: 'concurrency: production' }),
    },
  )
}

/** What containers may use. */
export const Resources = Type.Object(
  {
    cpu: Type.Optional(
      Type.Number({ minimum: 0.01, maximum: 1024, description: 'Cores.', ...hints({ example: 'cpu: 1.5' }) }),
    ),
    memory: Type.Optional(Size('Memory; what needs more is ended.', 'memory: 2GiB')),
    pids: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 4_194_304,
        description: 'How many programs and threads at once.',
        ...hints({ example: 'pids: 500' }),
      }),
    ),
    disk: Type.Optional(Size('Disk.', 'disk: 20GiB')),
  },
  {
    description: 'What it may use at the most. The runner has limits of its own, which stay.',
    additionalProperties: false,
    ...hints({
      noun: '`resources`',
      example: 'resources: { cpu: 2, memory: 2GiB }',
      published: 'resources',
      otherwise: 'the limits of the runner',
    }),
  },
)

/** What can be reached. */
export function Network(otherwise: string) {
  return Type.Enum(['outbound', 'internal', 'none'], {
    description:
      'What the commands can reach: `outbound` the internet and the sidecars, `internal` only the sidecars, `none` nothing.',
    ...hints({ example: 'network: internal', otherwise }),
  })
}
