import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestAgent } from './open-test-agent.ts'

interface Example {
  readonly title: string
  readonly event: string
  readonly body: string
}

/** The parts of a push that the examples have and that the expectation is made from. */
interface Push {
  readonly ref: string
  readonly after: string
  readonly deleted: boolean
  readonly repository: { readonly name: string; readonly owner: { readonly login: string } }
}

const examples = readExamples()

test('there are examples of every published kind', () => {
  expect(examples.length).toBeGreaterThan(700)
  expect(new Set(examples.map(({ event }) => event)).size).toBeGreaterThan(50)
})

let agent: Awaited<ReturnType<typeof openTestAgent>>
const answers = new Map<string, { readonly status: number; readonly said: Readonly<Record<string, string>> }>()

beforeAll(async () => {
  agent = await openTestAgent()
  for (const { title, event, body } of examples) {
    const { status, text } = await agent.deliver(body, { event, id: randomUUID() })
    answers.set(title, { status, said: JSON.parse(text) })
  }
  return () => agent[Symbol.asyncDispose]()
})

test.each(examples.filter(({ event }) => event !== 'push'))('$title is ignored with the reason', ({ title, event }) => {
  const answer = answers.get(title)

  expect(answer).toMatchObject({ status: 200, said: { ignored: expect.stringContaining(event) } })
})

const pushes = examples.filter(({ event }) => event === 'push').map((example) => ({ ...example, ...pushOf(example) }))

test.each(pushes.filter(({ deleted }) => deleted))(
  '$title of a deletion is ignored with the reason',
  ({ title, ref }) => {
    const answer = answers.get(title)

    expect(answer).toEqual({ status: 200, said: { ignored: `"${ref}" was deleted` } })
  },
)

test.each(pushes.filter(({ deleted }) => !deleted))('$title of $ref becomes its commit', async (push) => {
  const first = pushes.find(({ body }) => body === push.body)
  const answer = answers.get(push.title)

  const id = answer?.said['id'] ?? answer?.said['duplicate']

  expect(answer?.status).toBe(first === push ? 202 : 200)
  await eventually(() => expect(agent.messages.map((message) => message.id)).toContain(id))
  expect(agent.messages.find((message) => message.id === id)).toMatchObject({
    version: 1,
    commit: {
      repository: { host: 'github.com', owner: push.repository.owner.login, name: push.repository.name },
      ref: push.ref,
      sha: push.after,
      trigger: push.ref.startsWith('refs/tags/') ? 'tag' : 'push',
    },
  })
})

function readExamples(): readonly Example[] {
  const root = join(dirname(fileURLToPath(import.meta.resolve('@octokit/webhooks-examples'))), '..')
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.flatMap(({ name: folder }) => {
    const events: readonly { name: string; examples: readonly unknown[] }[] = JSON.parse(
      readFileSync(join(root, folder, 'index.json'), 'utf8'),
    )
    return events.flatMap(({ name: event, examples: payloads }) =>
      payloads.map((payload, index) => ({
        title: `${folder} ${event} ${index}`,
        event,
        body: JSON.stringify(payload),
      })),
    )
  })
}

function pushOf({ body }: Example): Push {
  return JSON.parse(body)
}
