import { expect, test } from 'vitest'
import { judgeReply } from '../judge-reply.ts'
import type { Forge, OutgoingStatus, ShownStatus } from '../open-forge.ts'
import { restoreCovered } from '../restore-covered.ts'

const [older, newer] = ['00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000b']
const repository = { host: 'github.com', owner: 'ada', name: 'engine' }

function statusOf(build: string, state: OutgoingStatus['state']): OutgoingStatus {
  const targetUrl = `https://ci.example.org/v1/builds/${build}`
  return { repository, sha: 'a'.repeat(40), state, description: state, targetUrl }
}

/** A forge as one commit shows it, the newest status first; `meanwhile` happens between an answer and what comes of it. */
function openShown(shown: ShownStatus[], meanwhile: (forge: Forge) => Promise<void> = () => Promise.resolve()): Forge {
  let isFirst = true
  const forge: Forge = {
    async post(status) {
      shown.unshift(status)
      return { status: 201, headers: {}, message: '' }
    },
    async list() {
      const found = [...shown]
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
  await forge.post(status)
  const judge = (reply: Parameters<typeof judgeReply>[0]) => judgeReply(reply, { tries: 0, now: 0 })
  expect(await restoreCovered(status, { forge, judge })).toBeUndefined()
}

test('an end that another reporter tells between the look and the restoring is shown at last', async () => {
  const shown: ShownStatus[] = [statusOf(newer, 'pending')]

  await tell(
    statusOf(older, 'failure'),
    openShown(shown, (forge) => tell(statusOf(newer, 'success'), forge)),
  )

  expect(shown.map(({ state }) => state)).toEqual(['success', 'pending', 'success', 'failure', 'pending'])
})

test('a status of our context that is of no build is never shown again', async () => {
  const foreign = { ...statusOf(newer, 'failure'), targetUrl: 'https://example.org/zzz' }
  const shown: ShownStatus[] = [foreign]

  await tell(statusOf(older, 'success'), openShown(shown))

  expect(shown.map(({ state }) => state)).toEqual(['success', 'failure'])
})
