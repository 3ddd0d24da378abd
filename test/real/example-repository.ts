import type { Files } from '../../libs/git/test/make-repository.ts'

// A small program as people have them, for the pipelines that our pages show: `npm ci`, `npm run lint`, `npm test` and
// `npm run build` do what they say, without the network. `npm test` asks a database, where DATABASE_URL names one.

const packageJson = {
  name: 'greeting',
  version: '1.0.0',
  type: 'module',
  scripts: {
    lint: 'node ci/lint.js src/*.js',
    test: 'mkdir -p reports && node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=reports/tests.xml',
    build: 'node ci/build.js',
  },
}

const packageLock = {
  name: 'greeting',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'greeting', version: '1.0.0' } },
}

const greeting = `export function greeting(name) {
  return \`Hello, \${name}!\`
}
`

const greetingTest = `import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { greeting } from '../src/greeting.js'

test('a greeting has a name', () => equal(greeting('Ada'), 'Hello, Ada!'))
`

/** The first words of PostgreSQL's protocol: it answers how we are to say who we are. */
const databaseTest = `import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'

const { DATABASE_URL } = process.env

test('the database asks who we are', { skip: DATABASE_URL === undefined }, async () => {
  const { hostname, username } = new URL(DATABASE_URL)
  const who = Buffer.from(\`user\\0\${username}\\0database\\0postgres\\0\\0\`)
  const length = Buffer.alloc(8)
  length.writeInt32BE(length.length + who.length, 0)
  length.writeInt32BE(3 << 16, 4)
  const socket = connect(5432, hostname)
  socket.write(Buffer.concat([length, who]))

  const [answer] = await once(socket, 'data')

  equal(answer.toString('latin1', 0, 1), 'R')
  match(answer.toString('latin1'), /SCRAM-SHA-256/)
  socket.destroy()
})
`

const lint = `import { readFileSync } from 'node:fs'

const [, , ...paths] = process.argv
const faulty = paths.filter((path) => /[\\t ]$/m.test(readFileSync(path, 'utf8')))
for (const path of faulty) console.error(\`\${path}: spaces at the end of a line\`)
console.log(\`\${paths.length} files looked at\`)
process.exitCode = faulty.length === 0 ? 0 : 1
`

const build = `import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { greeting } from '../src/greeting.js'

mkdirSync('dist/js', { recursive: true })
cpSync('src', 'dist/js', { recursive: true })
writeFileSync('dist/index.html', \`<h1>\${greeting('world')}</h1>\\n\`)
`

/** Says what it would deploy, its token as it is, and a hash that nobody masks. */
const deploy = `#!/bin/sh
set -e
echo "deploys \${1-$(cat dist/index.html 2>/dev/null)}"
echo "with \${DEPLOY_TOKEN-nothing}, $(printf %s "\${DEPLOY_TOKEN-}" | sha256sum)"
`

/** All of it but narwhal.yml. */
export const exampleFiles: Files = {
  'package.json': JSON.stringify(packageJson, undefined, 2),
  'package-lock.json': JSON.stringify(packageLock, undefined, 2),
  'src/greeting.js': greeting,
  'test/greeting.test.js': greetingTest,
  'test/database.test.js': databaseTest,
  'ci/lint.js': lint,
  'ci/build.js': build,
  'ci/deploy.sh': { script: deploy },
  'ci/announce.sh': { script: '#!/bin/sh\necho "announces $1"\n' },
  VERSION: '1.2.3\n',
}
