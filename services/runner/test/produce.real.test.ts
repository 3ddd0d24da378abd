import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type HttpClient, silentLog, systemClock } from '@narwhal/host'
import type { BlobReference } from '@narwhal/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { produce } from '../produce/produce.ts'
import { restoreCaches } from '../produce/restore-caches.ts'
import { saveCaches } from '../produce/save-caches.ts'
import { unpackNeeds } from '../produce/unpack-needs.ts'
import { cacheOf, openBlobShelf, plainJob, startTestJob, type TestJob } from './produce-fixture.ts'

let engine: Engine
let image = ''
let directory = ''

beforeAll(async () => {
  image = await provideTestImage()
  engine = openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST })
  directory = await mkdtemp(join(tmpdir(), 'narwhal-blobs-'))
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const maxGrowthBytes = 200 * 1024 ** 2

test('1,000 files and 250 MB go from one container to another as they are, in little memory', async () => {
  await using one = await startTestJob({ engine, image })
  await succeeds(one, makeFiles)
  const shelf = diskShelf()

  const artifacts = { paths: ['out/**'], if: 'success', keepMs: 1 } as const
  const options = { outcome: 'passed', outputs: {}, summaries: [], notes: [], container: one.container } as const
  const end = await produce({ ...plainJob, artifacts }, { ...options, work: { ...one.work, client: shelf.client } })
  const { artifacts: kept = expect.fail('there are no artifacts') } = end.produced
  const need = { key: 'a', name: 'a', outcome: 'passed', outputs: {}, artifacts: kept } as const
  await using other = await startTestJob({ engine, image, needs: [need] })
  await unpackNeeds(other.container, { ...other.work, client: shelf.client })

  expect(end).toMatchObject({ produced: { artifacts: { files: 1_005 } } })
  expect(end.problem).toBeUndefined()
  expect(shelf.movedBytes()).toBeGreaterThan(400 * 1024 ** 2)
  expect(shelf.maxGrowthBytes()).toBeLessThan(maxGrowthBytes)
  expect(await contentOf(other)).toBe(await contentOf(one))
})

test('a cache goes from one container to another: home, absolute paths, links that lead anywhere', async () => {
  const shelf = openBlobShelf()
  const caches = [cacheOf(['~/.npm', '/opt/tool', 'node_modules', '/var/one.txt'], { key: 'fixed' })]
  const commit = { listTree: async () => [] }
  await using one = await startTestJob({ engine, image, shelf })
  const missed = await restoreCaches({ cache: caches }, one.container, { ...one.work, commit })
  await succeeds(one, makeCache)
  const saved = await saveCaches(missed, one.container, one.work)

  await using other = await startTestJob({ engine, image, shelf })
  const { notes } = await restoreCaches({ cache: caches }, other.container, { ...other.work, commit })

  expect(saved).toEqual([expect.stringContaining(': saved (')])
  expect(notes).toEqual([expect.stringContaining(': hit (')])
  await succeeds(other, readCache)
  expect(await other.log(1)).toBe('npm\n/usr/bin/node\ntool\ntool\n2\none\n')
})

const makeFiles = `
mkdir -p out/deep/er out/empty && cd out
for at in $(seq 1000); do head -c 51200 /dev/urandom > "deep/file $at"; done
head -c 209715200 /dev/urandom > big
echo run > run.sh; chmod 755 run.sh
chmod 600 "deep/file 1"
ln -s ../big deep/link; ln -s nowhere dangling
ln run.sh hard.sh`

const makeCache = `
mkdir -p ~/.npm /opt/tool/bin node_modules /var
echo npm > ~/.npm/a; echo one > /var/one.txt
ln -s /usr/bin/node node_modules/node
echo tool > /opt/tool/bin/tool; ln /opt/tool/bin/tool /opt/tool/other`

const readCache = `
cat ~/.npm/a; readlink node_modules/node; cat /opt/tool/bin/tool /opt/tool/other
stat -c %h /opt/tool/other; cat /var/one.txt`

/** Names, kinds, modes, link counts, targets and hashes of everything in \`out\`. */
const listFiles = `
cd out
find . ! -name . -exec stat -c '%n %F %a' {} + | sort
find . -type l -exec readlink {} + | sort
find . -type f -exec sha256sum {} + | sort
stat -c %h run.sh`

async function succeeds(job: TestJob, script: string): Promise<void> {
  expect(await job.run(script, { index: 1 })).toMatchObject({ exitCode: 0 })
}

async function contentOf(job: TestJob): Promise<string> {
  expect(await job.run(listFiles, { index: 2 })).toMatchObject({ exitCode: 0 })
  return job.log(2)
}

/** Blobs on the disk, and the most memory that was in use while their bytes went by. */
function diskShelf() {
  const before = process.memoryUsage().rss
  let most = before
  let moved = 0
  const watched = async function* (bytes: AsyncIterable<Uint8Array>) {
    for await (const chunk of bytes) {
      moved += chunk.length
      most = Math.max(most, process.memoryUsage.rss())
      yield chunk
    }
  }
  const pathOf = (params: unknown) => join(directory, (params as BlobReference).sha256) // of both routes
  const client: HttpClient = {
    ...openBlobShelf().client,
    async upload(_, { params, source }) {
      if (source instanceof Uint8Array) await writeFile(pathOf(params), source)
      else await pipeline(watched(source), createWriteStream(pathOf(params)))
    },
    async download(_, { params }) {
      return Readable.from(watched(createReadStream(pathOf(params))))
    },
  }
  return { client, movedBytes: () => moved, maxGrowthBytes: () => most - before }
}
