import { Type } from 'typebox'
import { hints } from './form.ts'
import { anywherePattern, Duration, InsidePath, OneOrMore } from './texts.ts'

// Files that a job reads from or leaves at Narwhal.

const CachePath = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: anywherePattern,
  ...hints({ example: 'cache: [~/.npm]', must: 'be a path without `..`' }),
})

const CacheKey = Type.Union(
  [
    Type.String({
      minLength: 1,
      maxLength: 512,
      ...hints({ example: 'key: npm-${{ matrix.node }}', template: 'start' }),
    }),
    Type.Object(
      {
        files: OneOrMore(InsidePath('files: [package-lock.json]'), {
          description: 'Files whose content makes the key.',
          example: 'files: [package-lock.json]',
        }),
      },
      { additionalProperties: false, ...hints({ noun: '`key`', example: 'key: { files: [package-lock.json] }' }) },
    ),
  ],
  {
    description: 'What must be the same for the cache to be found: a text, or `{files}`.',
    ...hints({ example: 'key: { files: [package-lock.json] }', otherwise: 'the lock files found' }),
  },
)

const FullCache = Type.Object(
  {
    path: OneOrMore(CachePath, { description: 'What is kept.', example: 'path: [~/.npm]' }),
    key: Type.Optional(CacheKey),
    scope: Type.Optional(
      Type.Enum(['branch', 'repository'], {
        description:
          'Who finds it: this branch and pull requests that want to go there, or every branch of the repository (written by trusted commits of branches).',
        ...hints({ example: 'scope: repository', otherwise: 'branch' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    ...hints({ noun: 'a cache', example: '{ path: [~/.npm], key: npm }', published: 'cache' }),
  },
)

/** Paths that are kept between builds: one cache of all plain paths, and one for each map. */
export const Cache = Type.Union(
  [
    CachePath,
    Type.Array(Type.Union([CachePath, FullCache], hints({ noun: 'a cache', example: '- ~/.npm' })), {
      maxItems: 20,
      ...hints({ example: 'cache: [~/.npm]' }),
    }),
    FullCache,
  ],
  {
    description:
      'What is kept between builds: paths (in the workspace, absolute, or below `~`), or `{path, key, scope}`. Plain paths in a list share one cache.',
    ...hints({ example: 'cache: [~/.npm]', otherwise: 'nothing', published: 'caches' }),
  },
)

const ArtifactGlob = InsidePath('artifacts: [dist/**]')

/** What stays when the job is over. */
export const Artifacts = Type.Union(
  [
    ArtifactGlob,
    Type.Array(ArtifactGlob, { minItems: 1, maxItems: 100, ...hints({ example: 'artifacts: [dist/**]' }) }),
    Type.Object(
      {
        paths: OneOrMore(ArtifactGlob, {
          description: 'Globs of files in the workspace.',
          example: 'paths: [dist/**]',
        }),
        if: Type.Optional(
          Type.Enum(['success', 'failure', 'always'], {
            description: 'After which end of the steps.',
            ...hints({ example: 'if: always', otherwise: 'success' }),
          }),
        ),
        keep: Type.Optional(
          Type.String({
            ...Duration(['1h', '365d'], 'keep: 7d'),
            description: 'How long.',
            ...hints({ role: 'duration', range: ['1h', '365d'], example: 'keep: 7d', otherwise: '30d' }),
          }),
        ),
      },
      {
        additionalProperties: false,
        ...hints({ noun: '`artifacts`', example: 'artifacts: { paths: [dist/**], keep: 7d }' }),
      },
    ),
  ],
  {
    description:
      'Files that stay when the job is over, and that jobs which need it find in their workspace: globs, or `{paths, if, keep}`.',
    ...hints({ example: 'artifacts: [dist/**]', otherwise: 'none', published: 'artifacts' }),
  },
)

const reportFiles = (description: string, example: string) =>
  Type.Optional(OneOrMore(InsidePath(example), { description, example, otherwise: 'none' }))

/** Files that Narwhal reads and shows. */
export const Reports = Type.Union(
  [
    InsidePath('reports: reports/*.xml'),
    Type.Array(InsidePath('reports: [reports/*.xml]'), {
      minItems: 1,
      maxItems: 100,
      ...hints({ example: 'reports: [reports/*.xml]' }),
    }),
    Type.Object(
      {
        junit: reportFiles('Tests, as JUnit XML.', 'junit: reports/*.xml'),
        coverage: reportFiles('Coverage, as LCOV or Cobertura.', 'coverage: coverage/lcov.info'),
        annotations: reportFiles('Remarks about lines, as SARIF or Checkstyle.', 'annotations: lint.sarif'),
      },
      {
        additionalProperties: false,
        minProperties: 1,
        ...hints({ noun: '`reports`', example: 'reports: { junit: reports/*.xml }' }),
      },
    ),
  ],
  {
    description: 'Report files that the job writes: globs of JUnit files, or `{junit, coverage, annotations}`.',
    ...hints({ example: 'reports: { junit: reports/*.xml }', otherwise: 'none', published: 'reports' }),
  },
)

/** How the commit comes into the workspace. */
export const Clone = Type.Union(
  [
    Type.Boolean(hints({ example: 'clone: false' })),
    Type.Object(
      {
        depth: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 1_000_000,
            description: 'How many commits of the history; 0: all.',
            ...hints({ example: 'depth: 0', otherwise: '1' }),
          }),
        ),
        tags: Type.Optional(
          Type.Boolean({ description: 'The tags too.', ...hints({ example: 'tags: true', otherwise: 'false' }) }),
        ),
        submodules: Type.Optional(
          Type.Boolean({
            description: 'The submodules too.',
            ...hints({ example: 'submodules: true', otherwise: 'false' }),
          }),
        ),
        lfs: Type.Optional(
          Type.Boolean({
            description: 'The files that Git LFS keeps too.',
            ...hints({ example: 'lfs: true', otherwise: 'false' }),
          }),
        ),
      },
      { additionalProperties: false, ...hints({ noun: '`clone`', example: 'clone: { depth: 0 }' }) },
    ),
  ],
  {
    description: 'How the commit is checked out: `false` for an empty workspace, or `{depth, tags, submodules, lfs}`.',
    ...hints({ example: 'clone: { depth: 0 }', otherwise: 'the commit alone', published: 'clone' }),
  },
)
