import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import { elapsed } from './elapsed.ts'
import { testImage } from './many-pushes.ts'
import { pushed, runnersOf } from './pushed-build.ts'
import { type Cluster, startCluster } from './start-cluster.ts'
import { nothing, whatIsLeft } from './what-is-left.ts'

const opened = new AsyncDisposableStack()
let cluster: Cluster

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  cluster = opened.use(
    await startCluster({ amqpUrl: url, runners: 2, slots: 1, labels: ['place=here', 'place=there'] }),
  )
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

/** 1,000 files of 209,716 bytes that cannot be packed tighter, in ten directories; modes and links of many kinds. */
const makeTree = `#!/bin/sh
set -e
for place in $(seq 1000); do
  mkdir -p tree/many/$((place % 10))
  dd if=/dev/urandom of=tree/many/$((place % 10))/$place bs=209716 count=1 2>/dev/null
done
cd tree
chmod 600 many/1/*; chmod 755 many/2/*; chmod 444 many/3/*; chmod 700 many/4; chmod 775 many/5
mkdir -p deep/er/still
printf '#!/bin/sh\necho it runs\n' > deep/er/program; chmod 755 deep/er/program
ln -s ../program deep/er/still/link
ln -s many/1 directory
ln -s nowhere dangling
: > empty; : > 'spaces, ümlauts and "quotes"'
`

/** What is in the tree: content, mode, size and target of each. */
const listTree = `#!/bin/sh
set -e
cd tree
find . -type f -exec sha256sum {} + | sort
find . ! -type d -exec stat -c '%A %s %N' {} + | sort
find . -type d -exec stat -c '%A %n' {} + | sort
`

test('1,000 files of 200 MB go from one runner to another as they are, with their modes and symlinks', async () => {
  const took = elapsed()
  const build = await pushed(cluster, 'artifacts', {
    'make-tree.sh': { script: makeTree },
    'list-tree.sh': { script: listTree },
    'narwhal.yml': `image: ${testImage}
jobs:
  make:
    runs-on: [place=here]
    artifacts: [tree/**]
    steps:
      - ./make-tree.sh
      - test $(find tree/many -type f | wc -l) = 1000 && du -sm tree
      - ./list-tree.sh | tee /tmp/list; echo "list=$(sha256sum < /tmp/list)" >> "$NARWHAL_OUTPUT"
  take:
    runs-on: [place=there]
    needs: [make]
    env: { EXPECTED: "\${{ needs.make.outputs.list }}" }
    steps:
      - ./list-tree.sh | tee /tmp/list; echo "list=$(sha256sum < /tmp/list)" >> "$NARWHAL_OUTPUT"
      - test "$(sha256sum < /tmp/list)" = "$EXPECTED"
      - tree/deep/er/still/link
`,
  })

  const ended = await build.ends('passed')

  console.log(`1,000 files of 200 MB came from one runner to another within ${took()}`)
  expect([ended.job('make'), ended.job('take')].map(runnersOf)).toEqual([['runner-1'], ['runner-2']])
  const { outputs, artifacts } = ended.job('make').produced ?? {}
  expect(outputs?.['list']).toMatch(/^[0-9a-f]{64} /)
  expect(ended.job('take').produced?.outputs).toEqual(outputs)
  expect(artifacts).toMatchObject({ files: 1_006 })
  expect(artifacts?.bytes).toBeGreaterThan(200 * 1024 * 1024)
  expect(await cluster.rest.artifactsHash(ended.job('make').id)).toBe(artifacts?.sha256)
  expect((await ended.log('take')).endsWith('it runs\n')).toBe(true)
})

const withCache = (place: string) => `image: ${testImage}
runs-on: [place=${place}]
cache: [~/.store, vendor]
run: |
  cat ~/.store/who vendor/bin/link || echo nothing
  mkdir -p ~/.store vendor/bin
  echo "made here: ${place}" > ~/.store/who
  printf '#!/bin/sh\\n' > vendor/bin/program
  chmod 755 vendor/bin/program
  ln -sf program vendor/bin/link
`

test('what the first build cached is there in the second, on another runner, until the lock file changes', async () => {
  const lock = { 'package-lock.json': '{ "lockfileVersion": 3 }\n' }
  const first = await (await pushed(cluster, 'cache', { ...lock, 'narwhal.yml': withCache('here') })).ends('passed')
  const second = await (await pushed(cluster, 'cache', withCache('there'))).ends('passed')
  const third = await (await pushed(cluster, 'cache', { 'package-lock.json': '{}\n' })).ends('passed')

  const runners = [first, second, third].flatMap((build) => runnersOf(build.job('build')))
  expect(runners).toEqual(['runner-1', 'runner-2', 'runner-2'])
  const notes = [first, second, third].map((build) => build.job('build').produced?.notes?.map(withoutSize))
  const missed = ['cache ~/.store, vendor: miss', 'cache ~/.store, vendor: saved']
  expect(notes).toEqual([missed, ['cache ~/.store, vendor: hit'], missed])
  expect(await first.log('build')).toContain('nothing\n')
  expect(await second.log('build')).toBe('made here: here\n#!/bin/sh\n')
  expect(await third.log('build')).toContain('nothing\n')
})

test('nothing of all this is left over once the runners have ended', async () => {
  const exits = await Promise.all(cluster.runners.map((runner) => runner.end()))

  expect(exits).toEqual([0, 0])
  expect(await whatIsLeft(cluster)).toEqual(nothing)
})

function withoutSize(note: string): string {
  return note.replace(/ \(\d.*\)$/, '')
}
