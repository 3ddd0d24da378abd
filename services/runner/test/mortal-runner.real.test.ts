import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Offer, problem } from '@narwhal/protocol'
import Docker from 'dockerode'
import { beforeAll, expect, test, vi } from 'vitest'
import { eventually, type MortalRunner, openMortalRunner, patienceMs } from './mortal-runner.ts'
import { provideSidecarImages } from './provide-sidecar-images.ts'

const docker = new Docker()
const image = 'narwhal-test/busybox:1'
const count = (last: number) => `for i in $(seq ${last}); do echo "line $i $TOKEN of many"; sleep 0.1; done`
const lines = (last: number, token: string) =>
  Array.from({ length: last }, (_, index) => `line ${index + 1} ${token} of many\n`).join('')

let sidecarImage: string

beforeAll(async () => {
  sidecarImage = (await provideSidecarImages()).up
})

test('a step goes on while its runner is dead, and every byte of its log is told, masked', async () => {
  const pipeline = `image: ${image}
steps:
  - echo before
  - { secrets: [TOKEN], run: '${count(80)}' }
  - { secrets: [TOKEN], run: 'echo after $TOKEN' }
`
  await using runner = await openMortalRunner({ pipeline })
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

test('a runner that is killed between two steps runs the one that has not begun, and no other', async () => {
  const elsewhere = '{ network: none, run: "cat marks; echo two" }' // in a container of its own, which takes a moment
  await using runner = await openMortalRunner({
    pipeline: `image: ${image}\nsteps: [echo x >> marks; echo one, ${elsewhere}]\n`,
  })
  const offer = await runner.offer()
  await eventually(() => runner.dispatcher.attempt(offer.attemptId).events.some(({ type }) => type === 'step-ended'))

  await runner.restart()

  const heard = await runner.untilEnded(offer)
  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  expect(runner.dispatcher.log(offer.attemptId)).toBe('one\nx\ntwo\n')
  expect(heard.events.map(({ type }) => type)).toEqual(['started', ...pairs(2)])
  await expectNothingLeft(runner, offer)
})

test('a result that could not be told is told by the next life of the runner, once', async () => {
  await using runner = await openMortalRunner({
    pipeline: `image: ${image}\nsteps: [{ secrets: [TOKEN], run: 'echo $TOKEN; echo "a=b" > $NARWHAL_OUTPUT; exit 3' }]\n`,
  })
  runner.dispatcher.secrets = { TOKEN: 'swordfish-of-the-deep' }
  runner.dispatcher.fate = (call) => (call === 'report' ? 'refused' : 'served')
  const offer = await runner.offer()
  await eventually(() => runner.journal(offer).then((text) => text.includes('"type":"ended"')))

  await runner.program.kill()
  runner.dispatcher.fate = () => 'served'
  runner.dispatcher.calls.splice(0)
  await runner.program.start()

  const heard = await runner.untilEnded(offer)
  expect(heard.result).toMatchObject({ ending: { outcome: 'failed', code: 'STEP_FAILED' }, exitCode: 3 })
  expect(runner.dispatcher.log(offer.attemptId)).toBe('***\n')
  expect(runner.dispatcher.calls).not.toContain('secrets')
  await expectNothingLeft(runner, offer)
  expect(runner.dispatcher.calls.filter((call) => call === 'report')).toHaveLength(1)
})

test('a runner that is killed while it prepares a job prepares it again within the same attempt', async () => {
  const sidecar = `services: { slow: { image: '${sidecarImage}', ready: 'sleep 3' } }`
  await using runner = await openMortalRunner({ pipeline: `image: ${image}\n${sidecar}\nrun: cat README.md\n` })
  const offer = await runner.offer()
  await eventually(() => runner.containersOf(offer).then((ids) => ids.length === 2))
  const former = await runner.containersOf(offer)

  await runner.restart()

  const heard = await runner.untilEnded(offer)
  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  expect(runner.dispatcher.log(offer.attemptId)).toBe('hello\n')
  expect(heard.events.map(({ type }) => type)).toEqual(['started', ...pairs(1)])
  expect(runner.dispatcher.registrations.at(-1)?.attempts).toEqual([offer.attemptId])
  expect(await docker.listContainers({ all: true, filters: { id: [...former] } })).toEqual([])
  await expectNothingLeft(runner, offer)
})

test('steps that run side by side go on though their runner is killed twice', async () => {
  const pipeline = `image: ${image}
services: { beside: { image: '${sidecarImage}' } }
steps:
  - parallel:
      - { name: one, run: '${count(120)}' }
      - { name: two, timeout: 5m, run: 'sleep 4; echo two' }
  - exit 4
  - { if: always, run: echo last }
`
  await using runner = await openMortalRunner({ pipeline })
  const offer = await runner.offer()
  await runner.untilLog(offer, 'line 5 ')

  await runner.restart()
  await runner.untilLog(offer, 'line 60 ')
  await runner.restart()

  const heard = await runner.untilEnded(offer)
  expect(heard.result).toMatchObject({ ending: { outcome: 'failed' }, exitCode: 4 })
  expect(runner.dispatcher.log(offer.attemptId)).toBe(`${lines(120, '')}two\nlast\n`)
  expect(heard.events).toHaveLength(1 + pairs(4).length)
  await expectNothingLeft(runner, offer)
})

test('a step that is tried again goes on counting its tries', async () => {
  const script = 'echo try >> tries; wc -l < tries; sleep 3; [ $(wc -l < tries) = 3 ]'
  await using runner = await openMortalRunner({
    pipeline: `image: ${image}\nsteps: [{ retry: { max: 2 }, run: '${script}' }]\n`,
  })
  const offer = await runner.offer()
  await runner.untilLog(offer, '2\n')

  await runner.restart()

  const heard = await runner.untilEnded(offer)
  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  const said = (retry: number) => `[narwhal] Failed with exit code 1; trying again (${retry} of 2).\n`
  expect(runner.dispatcher.log(offer.attemptId)).toBe(`1\n${said(1)}2\n${said(2)}3\n`)
  await expectNothingLeft(runner, offer)
})

test('a step whose container was removed meanwhile ends errored, and the job with it', async () => {
  await using runner = await openMortalRunner({
    pipeline: `image: ${image}\nsteps: [echo first; sleep 1000, echo no]\n`,
  })
  const offer = await runner.offer()
  await runner.untilLog(offer, 'first')

  await runner.program.kill()
  for (const id of await runner.containersOf(offer)) await docker.getContainer(id).remove({ force: true })
  await runner.program.start()

  const heard = await runner.untilEnded(offer)
  expect(heard.result?.ending).toMatchObject({ outcome: 'errored', code: 'CONTAINER_GONE' })
  expect(runner.dispatcher.log(offer.attemptId)).toBe('first\n')
  await expectNothingLeft(runner, offer)
})

test('a step of which a secret was changed meanwhile is not gone on with', async () => {
  await using runner = await openMortalRunner({
    pipeline: `image: ${image}\nsteps: [{ secrets: [TOKEN], run: 'echo $TOKEN; sleep 1000' }, echo no]\n`,
  })
  runner.dispatcher.secrets = { TOKEN: 'swordfish-of-the-deep' }
  const offer = await runner.offer()
  await runner.untilLog(offer, '***')

  await runner.program.kill()
  runner.dispatcher.secrets = { TOKEN: 'another-fish' }
  await runner.program.start()

  const heard = await runner.untilEnded(offer)
  expect(heard.result?.ending).toMatchObject({ outcome: 'errored', code: 'RUNNER_STOPPED' })
  expect(runner.dispatcher.log(offer.attemptId)).toBe('***\n')
  await expectNothingLeft(runner, offer)
})

test('an attempt that was given away meanwhile leaves nothing', async () => {
  await using runner = await openMortalRunner({ pipeline: `image: ${image}\nrun: echo first; sleep 1000\n` })
  const offer = await runner.offer()
  await runner.untilLog(offer, 'first')

  await runner.program.kill()
  runner.dispatcher.objection = () => problem('ATTEMPT_STALE', 'somebody else has it')
  await runner.program.start()

  await expectNothingLeft(runner, offer)
  expect(runner.dispatcher.attempt(offer.attemptId).result).toBeUndefined()
})

test('containers of a runner that stays dead end by themselves before the lease does', async () => {
  const leaseMs = 9_000
  await using runner = await openMortalRunner({ pipeline: `image: ${image}\nrun: echo first; sleep 1000\n` })
  const offer = await runner.offer({ leaseMs })
  await runner.untilLog(offer, 'first')
  const [id = ''] = await runner.containersOf(offer)
  expect((await docker.getContainer(id).inspect()).State.Running).toBe(true)

  await runner.program.kill()

  await eventually(() =>
    docker
      .getContainer(id)
      .inspect()
      .then(({ State }) => !State.Running),
  )
  await runner.program.start() // before the end of the lease: it is renewed, but nothing is left to go on with
  const heard = await runner.untilEnded(offer)
  expect(heard.result?.ending).toMatchObject({ outcome: 'errored', code: 'LEASE_LOST' })
  await expectNothingLeft(runner, offer)
})

test('steps of an engine that cannot adopt are not held any more, and end', async () => {
  await using runner = await openMortalRunner({
    pipeline: 'image: busybox\nrun: echo first; sleep 1000\n',
    engine: 'host:',
  })
  const offer = await runner.offer()
  await runner.untilLog(offer, 'first')

  await runner.restart()

  await eventually(() => runner.dispatcher.registrations.length === 2)
  expect(runner.dispatcher.registrations.at(-1)?.attempts).toEqual([])
  await expectNothingLeft(runner, offer)
})

function pairs(steps: number): readonly string[] {
  return Array.from({ length: steps }, () => ['step-started', 'step-ended']).flat()
}

async function expectNothingLeft(runner: MortalRunner, offer: Offer): Promise<void> {
  const left = async () => [...(await runner.containersOf(offer)), ...(await readdir(join(runner.data, 'attempts')))]
  await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: patienceMs, interval: 100 })
}
