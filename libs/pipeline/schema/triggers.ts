import { Type } from 'typebox'
import { hints } from './form.ts'
import { InsidePath, OneOrMore, Scalar, variablePattern, Word } from './texts.ts'

const names = ['push', 'pull_request', 'tag', 'cron', 'manual', 'api'] as const

const branches = Type.Optional(
  OneOrMore(Word('branches: [main, "release/*"]', { role: 'glob' }), {
    description: 'Globs of branches; `!` in front takes away.',
    example: 'branches: [main, "release/*"]',
    otherwise: 'all',
  }),
)
const paths = Type.Optional(
  OneOrMore(InsidePath('paths: [src/**]'), {
    description: 'Globs of changed files; `!` in front takes away.',
    example: 'paths: [src/**]',
    otherwise: 'all',
  }),
)

const Nothing = Type.Null()

const Push = Type.Union(
  [
    Nothing,
    Type.Object(
      {
        branches,
        paths,
        commits: Type.Optional(
          Type.Enum(['head', 'all'], {
            description: 'Whether only the last commit of a push is built, or each of them.',
            ...hints({ example: 'commits: all', otherwise: 'head' }),
          }),
        ),
      },
      { additionalProperties: false, ...hints({ noun: '`push`', example: 'push: { branches: [main] }' }) },
    ),
  ],
  { description: 'A push to a branch.', ...hints({ example: 'push: { branches: [main] }' }) },
)

const PullRequest = Type.Union(
  [
    Nothing,
    Type.Object(
      { branches, paths },
      {
        additionalProperties: false,
        ...hints({ noun: '`pull_request`', example: 'pull_request: { branches: [main] }' }),
      },
    ),
  ],
  {
    description: 'A pull request; `branches` are those that it wants to go to.',
    ...hints({ example: 'pull_request: { branches: [main] }' }),
  },
)

const Tag = Type.Union(
  [
    Nothing,
    Type.Object(
      {
        tags: Type.Optional(
          OneOrMore(Word('tags: ["v*"]', { role: 'glob' }), {
            description: 'Globs of tags; `!` in front takes away.',
            example: 'tags: ["v*"]',
            otherwise: 'all',
          }),
        ),
      },
      { additionalProperties: false, ...hints({ noun: '`tag`', example: 'tag: { tags: ["v*"] }' }) },
    ),
  ],
  { description: 'A new tag.', ...hints({ example: 'tag: { tags: ["v*"] }' }) },
)

const Schedule = Type.String({
  description: 'Minute, hour, day of the month, month, day of the week; in UTC.',
  minLength: 1,
  maxLength: 200,
  ...hints({ role: 'schedule', example: 'schedule: "0 3 * * *"' }),
})

const FullCron = Type.Object(
  { schedule: Schedule, branches },
  { additionalProperties: false, ...hints({ noun: 'an entry of `cron`', example: 'schedule: "0 3 * * *"' }) },
)
const CronEntry = Type.Union([Schedule, FullCron], hints({ noun: 'an entry of "cron"', example: 'cron: "0 3 * * *"' }))

const Cron = Type.Union(
  [
    Schedule,
    Type.Array(CronEntry, { minItems: 1, maxItems: 20, ...hints({ example: 'cron: ["0 3 * * *"]' }) }),
    FullCron,
  ],
  {
    description:
      'Times: five fields, in UTC; several in a list; `{schedule, branches}` for other branches than the default one.',
    ...hints({ example: 'cron: "0 3 * * *"' }),
  },
)

const Input = Type.Object(
  {
    type: Type.Optional(
      Type.Enum(['text', 'boolean', 'number', 'choice'], {
        description: 'What may be given.',
        ...hints({ example: 'type: choice', otherwise: 'text' }),
      }),
    ),
    description: Type.Optional(
      Type.String({
        description: 'What people are asked.',
        minLength: 1,
        maxLength: 500,
        ...hints({ example: 'description: Where to deploy' }),
      }),
    ),
    default: Type.Optional(
      Scalar({ example: 'default: staging' }, { maxLength: 4096, description: 'What holds when nothing is given.' }),
    ),
    options: Type.Optional(
      Type.Array(Scalar({ example: 'options: [staging, production]' }, { maxLength: 200 }), {
        description: 'Of a `choice`.',
        minItems: 1,
        maxItems: 100,
        ...hints({ example: 'options: [staging, production]' }),
      }),
    ),
    required: Type.Optional(
      Type.Boolean({
        description: 'Whether it must be given.',
        ...hints({ example: 'required: true', otherwise: 'false' }),
      }),
    ),
  },
  { additionalProperties: false, ...hints({ noun: 'an input', example: 'target: { type: choice, options: [a, b] }' }) },
)

const Manual = Type.Union(
  [
    Nothing,
    Type.Object(
      {
        inputs: Type.Optional(
          Type.Record(Type.String({ pattern: variablePattern }), Input, {
            description: 'What is asked for; read as `inputs.<name>`.',
            additionalProperties: false,
            maxProperties: 50,
            ...hints({
              example: 'inputs: { target: { type: choice, options: [a, b] } }',
              names: {
                noun: 'an input',
                fix: 'Use letters, digits and _, and begin with a letter or _, for example: target',
              },
            }),
          }),
        ),
      },
      { additionalProperties: false, ...hints({ noun: '`manual`', example: 'manual: { inputs: { target: {} } }' }) },
    ),
  ],
  {
    description: 'By hand. Always possible; here stands what is asked.',
    ...hints({ example: 'manual: { inputs: { target: {} } }' }),
  },
)

const Api = Type.Union(
  [
    Nothing,
    Type.Object(
      { branches },
      { additionalProperties: false, ...hints({ noun: '`api`', example: 'api: { branches: [main] }' }) },
    ),
  ],
  {
    description: 'By the API. Always possible; here stands for which branches.',
    ...hints({ example: 'api: { branches: [main] }' }),
  },
)

const Trigger = Type.Enum([...names], hints({ example: 'on: [push, tag]' }))

/** What starts builds. */
export const On = Type.Union(
  [
    Trigger,
    Type.Array(Trigger, { minItems: 1, maxItems: names.length, ...hints({ example: 'on: [push, tag]' }) }),
    Type.Object(
      {
        push: Type.Optional(Push),
        pull_request: Type.Optional(PullRequest),
        tag: Type.Optional(Tag),
        cron: Type.Optional(Cron),
        manual: Type.Optional(Manual),
        api: Type.Optional(Api),
      },
      {
        additionalProperties: false,
        minProperties: 1,
        ...hints({ noun: '`on`', example: 'on: { push: { branches: [main] } }' }),
      },
    ),
  ],
  {
    description:
      'What starts builds: `push`, `pull_request`, `tag`, `cron`, `manual`, `api`, each with its filters. By hand and by the API it can always be started.',
    ...hints({ example: 'on: [push, tag]', otherwise: '[push, pull_request]' }),
  },
)
