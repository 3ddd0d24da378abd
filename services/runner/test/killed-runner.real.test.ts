import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Offer } from '@narwhal/protocol'
import Docker from 'dockerode'
import { beforeAll, expect, test, vi } from 'vitest'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'
import { eventually, type KilledRunner, openKilledRunner, patienceMs } from './killed-runner.ts'

const docker = new Docker()
const image = 'narwhal-test/busybox:1'
const count = (last: number) => `for i in $(seq ${last}); do echo "line $i $TOKEN of many"; sleep 0.1; done`
const lines = (last: number, token: string) =>
  Array.from({ length: last }, (_, index) => `line ${index + 1} ${token} of many\n`).join('')

beforeAll(async () => void (await provideTestImage()))

test('a step goes on while its runner is dead, and every byte of its log is told, masked', async () => {
  const pipeline = `image: ${image}
steps:
  - echo before
  - { secrets: [TOKEN], run: '${count(80)}' }
  - { secrets: [TOKEN], run: 'echo after $TOKEN' }
`
  await using runner = await openKilledRunner({ pipeline })
  runner.dispatcher.secrets = { TOKEN: 'swordfish-of-the-deep' }
  const offer = await runner.offer()
  await runner.untilLog(offer, 'line 20 ')

  await runner.restart()

  const heard = await runner.untilEnded(offer)
  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  expect(runner.dispatcher.log(offer.attemptId)).toBe(`before\n${lines(80, '***')}after ***\n`)
  expect(heard.events.map(({ type }) => type)).toEqual(['started', ...pairs(3)])
  expect(runner.dispatcher.registrations.at(-1)?.attempts).toEqual([offer.attemptId])
  await expectNothingLeft(runner, offer)
})

function pairs(steps: number): readonly string[] {
  return Array.from({ length: steps }, () => ['step-started', 'step-ended']).flat()
}

async function expectNothingLeft(runner: KilledRunner, offer: Offer): Promise<void> {
  const left = async () => [...(await runner.containersOf(offer)), ...(await readdir(join(runner.data, 'attempts')))]
  await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: patienceMs, interval: 100 })
}
