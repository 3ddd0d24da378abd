import { expect, test } from 'vitest'
import { build, job, passed } from './build-views.ts'
import { openPaperDispatcher } from './paper-dispatcher.ts'

const id = (digit: number) => `00000000-0000-7000-8000-0000000000${digit}`
const done = job({ id: id(10), name: 'build', ...passed })
const waiting = job({ id: id(11), name: 'deploy', state: 'waiting', needs: ['build'] })
const behind = job({ id: id(12), name: 'announce', state: 'waiting', needs: ['deploy'] })

test('of a build the job is approved that waits for it', async () => {
  const { run, approved } = await openPaperDispatcher(build({ jobs: [done, waiting, behind] }))

  const { output } = await run(['approve', 'ada/engine#3'])

  expect(approved).toEqual([waiting.id])
  expect(output).toBe('deploy goes on\n')
})

test('a job is approved by its id', async () => {
  const { run, approved } = await openPaperDispatcher(build({ jobs: [done, waiting, behind] }))

  await run(['approve', behind.id])

  expect(approved).toEqual([behind.id])
})

test('where several jobs wait, each is named with its command', async () => {
  const other = job({ id: id(13), name: 'deploy\x1b[2J 2', state: 'waiting' })
  const { run, approved } = await openPaperDispatcher(build({ jobs: [done, waiting, other] }))

  await expect(run(['approve', '3'])).rejects.toThrow(`narwhal approve ${other.id}  (deploy 2)`)

  expect(approved).toEqual([])
})

test('where none waits, the answer says so', async () => {
  const { run } = await openPaperDispatcher(build({ jobs: [done] }))

  await expect(run(['approve', build().id])).rejects.toMatchObject({ code: 'APPROVAL_NOT_AWAITED' })
})
