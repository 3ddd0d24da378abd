import { newId } from '@narwhal/host'
import { expect, test } from 'vitest'
import { openTestNarwhal } from './open-test-narwhal.ts'

const commit = {
  repository: { host: 'local', owner: 'ada', name: 'engine' },
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  trigger: 'manual',
}

/** All of Narwhal with one message in quarantine. */
async function openWith(body: unknown) {
  const { run, narwhal } = await openTestNarwhal(undefined)
  const id = newId(1)
  const message = { id, topic: 'commits', messageId: 'm', body: JSON.stringify(body), because: 'a bug', at: 1 }
  await narwhal.store.transaction(({ quarantine }) => quarantine.put(message))
  return { run, id }
}

test('quarantine is a table, and JSON for programs', async () => {
  const { run, id } = await openWith({ version: 9 })

  const table = await run(['quarantine', 'list'])
  const json = await run(['quarantine', 'list', '--json'])

  expect(table.output).toMatch(/^ID +TOPIC +TRIED +LENGTH +WHY\n.* commits +\d+ days ago +13 +a bug\n$/)
  expect(JSON.parse(json.output)).toMatchObject([{ id, because: 'a bug', begins: '{"version":9}' }])
})

test('an empty quarantine says so', async () => {
  const { run } = await openTestNarwhal(undefined)

  expect((await run(['quarantine', 'list'])).output).toBe('Quarantine is empty: every message could be taken.\n')
})

test('a message that can be taken by now becomes a build, and leaves quarantine', async () => {
  const { run, id } = await openWith({ version: 1, id: newId(2), eventKey: 'event', receivedAt: 1, commit })

  const { code, output } = await run(['quarantine', 'requeue', id])

  expect(code).toBe(0)
  expect(output).toMatch(/^It is taken, as build [0-9a-f-]{36}: narwhal log -f [0-9a-f-]{36}\n$/)
  expect((await run(['quarantine', 'list'])).output).toMatch(/^Quarantine is empty/)
})

test('one that still cannot be taken stays, and the command says why', async () => {
  const { run, id } = await openWith({ version: 9 })

  const { code, remarks } = await run(['quarantine', 'requeue', id])

  expect(code).toBe(1)
  expect(remarks).toMatch(/^It stays in quarantine: it is no message of the topic commits: it must have/)
  await expect(run(['quarantine', 'requeue', 'nothing'])).rejects.toThrow(
    expect.objectContaining({ code: 'QUARANTINE_NOT_FOUND' }),
  )
})
