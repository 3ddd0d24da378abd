import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startNarwhal } from './start-narwhal.ts'

// GitHub's own push payloads, with a commit that is really there, signed again: each ends in a build that passes.

interface PushExample {
  readonly title: string
  readonly payload: Record<string, unknown> & { readonly ref: string }
}

test.each(pushExamples())('$title builds its commit', async ({ payload }) => {
  await using narwhal = await startNarwhal()
  const sha = await narwhal.repository.commit({
    'narwhal.yml': 'on: [push, tag]\nimage: scripted:1\nrun: echo built\n',
  })

  const build = await narwhal.deliver(
    'push',
    { ...payload, after: sha, head_commit: { ...headOf(payload), id: sha } },
    sha,
  )

  const { commit } = await build.ends({ outcome: 'passed' })
  expect(commit).toMatchObject({
    sha,
    ref: payload.ref,
    trigger: payload.ref.startsWith('refs/tags/') ? 'tag' : 'push',
  })
  expect(await build.log()).toBe('built\n')
})

test('there are push payloads to build', () => {
  expect(pushExamples().length).toBeGreaterThan(3)
})

function headOf({ head_commit: head }: Record<string, unknown>): object {
  return typeof head === 'object' && head !== null ? head : { message: 'A change' }
}

/** Every push of the examples that is no deletion. */
function pushExamples(): readonly PushExample[] {
  const root = join(dirname(fileURLToPath(import.meta.resolve('@octokit/webhooks-examples'))), '..')
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.flatMap(({ name }) => {
    const events = JSON.parse(readFileSync(join(root, name, 'index.json'), 'utf8')) as {
      name: string
      examples: PushExample['payload'][]
    }[]
    const pushes = events.find((event) => event.name === 'push')?.examples ?? []
    const built = pushes.filter(({ deleted }) => deleted !== true)
    return built.map((payload, place) => ({ title: `${name} push ${place} (${payload.ref})`, payload }))
  })
}
