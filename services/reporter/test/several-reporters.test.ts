import { expect, test } from 'vitest'
import { eventsOf } from './build-event.ts'
import { openForgeStandIn } from './open-forge-stand-in.ts'
import { openDirectory, openTestReporter } from './open-test-reporter.ts'

// Two reporters on one broker share the events of a build; each has an outbox of its own.

/** One has told the end of a build before the other comes to tell that it is under way. */
async function openTwo() {
  await using undo = new AsyncDisposableStack()
  const forge = undo.use(await openForgeStandIn())
  const open = async () => {
    const directory = undo.use(await openDirectory())
    return undo.use(await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl }))
  }
  const [late, quick] = [await open(), await open()]
  const { queued, finished } = eventsOf()
  await quick.publish(finished)
  await quick.settled()
  const owned = undo.move()
  return { forge, late, queued, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

test('a pending that covers the end which another reporter has told is followed by that end again', async () => {
  await using two = await openTwo()

  await two.late.publish(two.queued)
  await two.late.settled()

  expect(two.forge.shown()).toEqual(['success', 'pending', 'success'])
  const [first, , last] = two.forge.posted
  expect(last).toEqual(first)
})

test('what the forge does not say now is asked again', async () => {
  await using two = await openTwo()
  two.forge.listAnswers.push({ status: 500 })

  await two.late.publish(two.queued)
  await two.late.settled()

  expect(two.forge.shown().at(-1)).toBe('success')
})

test('a token that may set statuses and not list them sets them', async () => {
  await using two = await openTwo()
  for (let time = 0; time < 5; time++) two.forge.listAnswers.push({ status: 403 })

  await two.late.publish(two.queued)
  await two.late.settled()

  expect(two.forge.shown().at(-1)).toBe('pending')
})

test('what is told late of an older build of the commit is followed by the newer one again', async () => {
  await using two = await openTwo()
  const older = eventsOf({ commit: two.queued.build.commit, id: '00000000-0000-7000-8000-000000000000' })

  await two.late.publish(older.finished)
  await two.late.settled()

  const [newer, late, last] = two.forge.posted
  expect(last).toEqual(newer)
  expect(late?.body.target_url).toContain('00000000-0000-7000-8000-000000000000')
})
