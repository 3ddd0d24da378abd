// The chapters of docs/narwhal-yml.md that are written by hand.

/** What stands above the tables. */
export const beforeTables = `# narwhal.yml

What Narwhal runs for a commit, in one file at the root of the repository. The tables come from the schema in
\`libs/pipeline/schema/\`; \`pnpm run docs\` writes this page, and a test fails when the two differ. A file with every key in
it is [narwhal.yml.example](../narwhal.yml.example).

The smallest one:

\`\`\`yaml
image: node:24
run: npm ci && npm test
\`\`\`

A larger one:

\`\`\`yaml
image: node:24
cache: [~/.npm]

jobs:
  lint: npm ci && npm run lint
  test:
    matrix: { node: [22, 24] }
    image: node:\${{ matrix.node }}
    services: { db: { image: postgres:17, env: { POSTGRES_PASSWORD: test } } }
    env: { DATABASE_URL: postgres://postgres:test@db/postgres }
    steps:
      - npm ci
      - { run: npm test, timeout: 10m }
    reports: reports/*.xml
  deploy:
    needs: [lint, test]
    if: branch == "main"
    environment: production
    secrets: [DEPLOY_TOKEN]
    run: ./ci/deploy.sh
\`\`\`

\`narwhal lint\` checks the file before a push. Editors complete and check it with
[narwhal.schema.json](narwhal.schema.json): put \`# yaml-language-server: $schema=<its address>\` into the first line.

## Rules

1. Nothing must be there but something to run, and an image for it. Without \`on\`, pushes and pull requests are built.
   \`[skip ci]\` or \`[ci skip]\` in the commit message skips the build. This version hears of pushes and tags, and starts
   builds by hand; pull requests, times of \`cron\` and \`commits: all\` are understood here, but nobody tells of them yet.
2. A text is \`run\`, a list is \`steps\`, a map is the full form: for a job, for a step.
3. Keys at the root are defaults of all jobs. The maps \`env\`, \`secrets\`, \`services\`, \`resources\` and \`clone\` merge by key
   with those of a job, everything else replaces. \`env\` and \`secrets\` of a step are merged over those of its job. What stands
   beside \`jobs\` is no default: \`on\`, \`include\`, \`concurrency\` (it is about the whole build). \`run\`, \`steps\`, \`uses\`,
   \`with\`, \`name\` and \`needs\` cannot stand beside \`jobs\`.
4. Steps run one after the other, jobs side by side unless one \`needs\` another. Steps under \`parallel\` run side by side.
5. The commit is checked out before the first step. Each job has a fresh workspace at \`/workspace\`, shared by its steps.
6. A job that is skipped counts as passed for those that need it.
7. What Narwhal itself breaks (a runner is lost, an image cannot be pulled, a disk is full) is tried again and shown as
   *errored*, never as failed. \`retry\` is for commands that are flaky themselves.
8. Unknown keys are errors. All problems of a file are reported at once, with line and column and what to write instead.

Values are YAML 1.2: \`on\`, \`yes\` and \`no\` are plain text; only \`true\` and \`false\` are not. Texts that look like numbers
keep their look: a matrix value 1.10 stays 1.10. Aliases (\`*name\`) work as values, merge keys (\`<<\`) do not.

A **duration** is days, hours, minutes and seconds: \`30s\`, \`15m\`, \`1h30m\`, \`7d\`. A **size** has a unit: \`512MiB\`, \`1.5GiB\`.
In a **glob**, \`*\` and \`?\` stop at a slash, \`**\` does not, \`[ab]\` is one character, \`{a,b}\` is either; in lists of branches,
tags and files, \`!\` in front takes away. Paths are relative to the workspace and never lead out of it.

## Expressions

\`if\` is an expression that must be true or false; in other places expressions stand in \`\${{ }}\`. The language is CEL
(\`==\`, \`!=\`, \`&&\`, \`||\`, \`!\`, \`in\`, \`a ? b : c\`, \`+\`, \`.startsWith("…")\`, \`.endsWith("…")\`, \`.contains("…")\`, \`has(…)\`),
without regular expressions. Names and types are checked before anything runs; the types of texts are never guessed:
\`matrix.node == "24"\`.

| name | what it is |
| --- | --- |
| \`trigger\` | \`push\`, \`pull_request\`, \`tag\`, \`cron\`, \`manual\`, \`api\` or \`poll\` |
| \`branch\`, \`tag\`, \`ref\`, \`sha\`, \`author\` | of the commit; texts, empty where there is none |
| \`matrix.<axis>\` | the value of this job; a text |
| \`needs.<job>.outputs.<name>\` | what a needed job left; \`needs["build-image"]\` where the name has a hyphen |
| \`needs.<job>.outcome\` | how it ended, such as \`passed\` or \`skipped\` |
| \`inputs.<name>\` | what was given to a manual build; a text |
| \`changed("glob")\` | whether a changed file matches; only in \`if\` |
| \`success\`, \`failure\`, \`always\`, \`cancelled\` | how what came before has ended; only in \`if\`. Without \`if\`: \`success\` |

\`\${{ }}\` may stand in \`image\`, \`name\`, \`env\`, \`with\`, \`concurrency\`, the fields of a sidecar and the \`key\` of a cache. The
names of jobs and the groups of \`concurrency\` are known before any job runs, so they cannot read \`needs\`. In \`run\` and
\`validate\` it is an error: data reaches the shell only through the environment, so that nobody can inject commands.

\`\`\`yaml
env: { TITLE: "\${{ author }} on \${{ branch }}" }
run: ./ci/announce.sh "$TITLE"
\`\`\`
`

/** What stands below the tables. */
export const behindTables = `## The environment of a step

Every step sees \`CI=true\`, \`NARWHAL=true\`, \`NARWHAL_REPOSITORY\`, \`NARWHAL_SHA\`, \`NARWHAL_REF\`, \`NARWHAL_BRANCH\`,
\`NARWHAL_TAG\`, \`NARWHAL_TRIGGER\`, \`NARWHAL_BUILD\`, \`NARWHAL_JOB\`, \`NARWHAL_ATTEMPT\`, \`NARWHAL_STEP\` and
\`NARWHAL_WORKSPACE\`, then \`env\` and \`secrets\` of the file, the job and the step; nothing of the runner's own.

## Outputs and summary

A step appends \`KEY=value\` to the file \`$NARWHAL_OUTPUT\`; jobs that need this one read \`needs.<job>.outputs.KEY\`. Markdown
that is appended to \`$NARWHAL_SUMMARY\` is shown on the page of the job. Neither is declared.

\`\`\`yaml
jobs:
  build: echo "version=$(cat VERSION)" >> "$NARWHAL_OUTPUT"
  deploy:
    needs: build
    env: { VERSION: "\${{ needs.build.outputs.version }}" }
    run: ./ci/deploy.sh "$VERSION"
\`\`\`

## \`paths\`: content, not differences

\`paths\` are the inputs of a job. Its key is made of the content of the files that they match, of its definition with its
environment and the names of its secrets, of the platform, of the images, and of the keys of the jobs that it needs. When a
build with the same key has passed within 7 days at the same trust, the job is reported as passed, reused from that build,
with its artifacts and reports; else it runs. Red stays red until its content changes. Without \`paths\`, and with
\`environment\`, a job always runs.

## Nested files

\`include: ["*/narwhal.yml"]\` takes in the files of parts of the repository. Their jobs are called \`<dir>:<job>\`, also in
\`needs\`. A nested file has no \`on\`, \`include\` and \`concurrency\` at its root, and root keys of one file are no defaults of
another.

## Limits

A file has at most 256 KiB and 10 aliases, and lists and maps stand at most 32 deep in one another. A build has at most 256
jobs, with all combinations of their matrices; a job 100 steps, 20 sidecars, 20 caches and 100 secrets; a matrix 20 axes;
a file 5,000 expressions. Commands of one \`run\` have at most 96 KiB, an \`env\` 128 KiB, names 200 characters.
`
