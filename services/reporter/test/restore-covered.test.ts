import { expect, test } from 'vitest'
import { judgeReply } from '../judge-reply.ts'
import type { Forge, OutgoingStatus, ShownStatus } from '../open-forge.ts'
import { restoreCovered } from '../restore-covered.ts'

const [older, newer] = ['00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000b']
const creator = 7
const nothing = { id: 0, creator: 0 }
const repository = { host: 'github.com', owner: 'ada', name: 'engine' }

function statusOf(build: string, state: OutgoingStatus['state']): OutgoingStatus {
  const targetUrl = `https://ci.example.org/v1/builds/${build}`
  return { repository, sha: 'a'.repeat(40), state, description: state, targetUrl }
}

interface ShownOptions {
  /** Happens between an answer and what comes of it. */
  readonly meanwhile?: (forge: Forge) => Promise<void>
  /** How many of the newest statuses the first list lacks. */
  readonly lag?: number
}

/** A forge as one commit shows it, the newest status first. */
function openShown(shown: ShownStatus[], { meanwhile = () => Promise.resolve(), lag = 0 }: ShownOptions = {}): Forge {
  let isFirst = true
  const forge: Forge = {
    async post(status) {
      const receipt = { id: shown.length + 1, creator }
      shown.unshift({ ...status, ...receipt })
      return { status: 201, headers: {}, message: '', receipt }
    },
    async list() {
      const found = shown.slice(isFirst ? lag : 0)
      if (isFirst) {
        isFirst = false
        await meanwhile(forge)
      }
      return { status: 200, headers: {}, message: '', shown: found }
    },
  }
  return forge
}

/** Posts a status and looks what it has covered, as a reporter does. */
async function tell(status: OutgoingStatus, forge: Forge): Promise<void> {
  const { receipt = nothing } = await forge.post(status)
  const judge = (reply: Parameters<typeof judgeReply>[0]) => judgeReply(reply, { tries: 0, now: 0 })
  expect(await restoreCovered({ ...status, ...receipt }, { forge, judge })).toBeUndefined()
}

test('an end that another reporter tells between the look and the restoring is shown at last', async () => {
  const shown: ShownStatus[] = [{ ...statusOf(newer, 'pending'), id: 1, creator }]

  await tell(
    statusOf(older, 'failure'),
    openShown(shown, { meanwhile: (forge) => tell(statusOf(newer, 'success'), forge) }),
  )

  expect(shown.map(({ state }) => state)).toEqual(['success', 'pending', 'success', 'failure', 'pending'])
})

test('a status of our context that is of no build is never shown again', async () => {
  const foreign = { ...statusOf(newer, 'failure'), targetUrl: 'https://example.org/zzz', id: 1, creator }
  const shown: ShownStatus[] = [foreign]

  await tell(statusOf(older, 'success'), openShown(shown))

  expect(shown.map(({ state }) => state)).toEqual(['success', 'failure'])
})

test('a pending covers the end also where the list does not have that pending yet, and has one that is like it', async () => {
  const pending = { ...statusOf(newer, 'pending'), id: 1, creator }
  const shown: ShownStatus[] = [{ ...statusOf(newer, 'success'), id: 2, creator }, pending]

  await tell(statusOf(newer, 'pending'), openShown(shown, { lag: 1 }))

  expect(shown.map(({ state }) => state)).toEqual(['success', 'pending', 'success', 'pending'])
})

test('what is on top already is not shown once more', async () => {
  const shown: ShownStatus[] = [{ ...statusOf(newer, 'success'), id: 1, creator }]
  const forge = openShown(shown)
  const { receipt = nothing } = await forge.post(statusOf(older, 'failure'))
  await forge.post(statusOf(newer, 'success'))
  const judge = () => undefined

  await restoreCovered({ ...statusOf(older, 'failure'), ...receipt }, { forge, judge })

  expect(shown).toHaveLength(3)
})
