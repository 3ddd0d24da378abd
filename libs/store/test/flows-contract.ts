import type { ReportView } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { commit, id, newAttempt, newBuild, newJob, type StoreUnderTest } from './records.ts'

/** What must be there once only, and what came from outside. */
export function describeFlows(open: () => Promise<StoreUnderTest>): void {
  describeDeliveries(open)
  describeKeysOfBuilds(open)
  describeOtherKeys(open)
  describeQuarantine(open)
  describeReports(open)
}

const copy = { delivery: 'github.com guid-1', secretId: 'secret-1', sha256: 'a'.repeat(64), buildId: id(1), at: 1 }

function describeDeliveries(open: () => Promise<StoreUnderTest>): void {
  test('a delivery is found by its id, or by its secret and body', async () => {
    await using under = await open()

    const found = await under.store.transaction(async ({ deliveries }) => {
      await deliveries.insert(copy)
      return Promise.all([
        deliveries.findBuild({ ...copy, sha256: 'b'.repeat(64) }),
        deliveries.findBuild({ ...copy, delivery: 'github.com guid-2' }),
        deliveries.findBuild({ ...copy, delivery: 'github.com guid-2', sha256: 'b'.repeat(64) }),
        deliveries.findBuild({ ...copy, delivery: 'github.com guid-2', secretId: 'secret-2' }),
      ])
    })

    expect(found).toEqual([id(1), id(1), undefined, undefined])
  })

  test.each([
    ['id', { ...copy, sha256: 'b'.repeat(64) }],
    ['secret and body', { ...copy, delivery: 'github.com guid-2' }],
  ])('a second delivery of the same %s never gets in', async (_, second) => {
    await using under = await open()
    await under.store.transaction(({ deliveries }) => deliveries.insert(copy))

    await expect(under.store.transaction(({ deliveries }) => deliveries.insert(second))).rejects.toThrow()
  })
}

function describeKeysOfBuilds(open: () => Promise<StoreUnderTest>): void {
  test.each([
    ['event', { event: 'one', commit: 'other' }],
    ['commit', { event: 'other', commit: 'one' }],
  ])('a second build of an %s that is unfinished never gets in', async (_, openKeys) => {
    await using under = await open()
    const first = { ...newBuild(1), openKeys: { event: 'one', commit: 'one' } }
    await under.store.transaction(({ builds }) => builds.insert(first))

    await expect(under.store.transaction(({ builds }) => builds.insert({ ...newBuild(2), openKeys }))).rejects.toThrow()
  })

  test('a build has one job of each kind and name', async () => {
    await using under = await open()
    await under.store.transaction(async ({ builds, jobs }) => {
      await builds.insert(newBuild(1))
      await jobs.insert(newJob(100, id(1)))
      await jobs.insert({ ...newJob(101, id(1)), kind: 'plan', name: 'job-100' })
    })

    const twice = { ...newJob(102, id(1)), name: 'job-100' }

    await expect(under.store.transaction(({ jobs }) => jobs.insert(twice))).rejects.toThrow()
  })

  test('an attempt has one chunk at each step and offset, and one at each position', async () => {
    await using under = await open()
    const chunk = { step: 0, offset: 0, position: 0, at: 1, bytes: Buffer.from('a') }
    await under.store.transaction(async ({ builds, jobs, attempts, chunks }) => {
      await builds.insert(newBuild(1))
      await jobs.insert(newJob(100, id(1)))
      await attempts.insert(newAttempt(1, id(100)))
      await chunks.insert(id(501), chunk)
    })
    const insert = (changes: Partial<typeof chunk>) =>
      under.store.transaction(({ chunks }) => chunks.insert(id(501), { ...chunk, ...changes }))

    await expect(insert({ position: 1 })).rejects.toThrow()
    await expect(insert({ step: 1 })).rejects.toThrow()
    await insert({ step: 1, position: 1 })
  })

  test('a build has one number in its repository, counted also when two are made at once', async () => {
    await using under = await open()

    const made = await Promise.all(
      [1, 2, 3].map((number) =>
        under.store.transaction(({ builds }) => builds.insert({ ...newBuild(number), commit })),
      ),
    )

    expect(made.map(({ number }) => number).toSorted((one, other) => one - other)).toEqual([1, 2, 3])
  })
}

function describeOtherKeys(open: () => Promise<StoreUnderTest>): void {
  test('a build has one event of each sequence number that waits to be published', async () => {
    await using under = await open()
    const event = { id: id(1), topic: 't', body: '1', buildId: id(9), sequence: 1 }
    await under.store.transaction(({ outbox }) => outbox.insert(event))

    await expect(under.store.transaction(({ outbox }) => outbox.insert({ ...event, id: id(2) }))).rejects.toThrow()
  })

  test('an Idempotency-Key has one answer', async () => {
    await using under = await open()
    const answer = { request: 'r', buildId: id(1), at: 1 }
    await under.store.transaction(({ inflow }) => inflow.keepAnswer('key', answer))

    const second = under.store.transaction(({ inflow }) => inflow.keepAnswer('key', { ...answer, buildId: id(2) }))

    await expect(second).rejects.toThrow()
    expect(await under.store.transaction(({ inflow }) => inflow.findAnswer('key'))).toEqual({
      request: 'r',
      buildId: id(1),
    })
  })
}

function describeQuarantine(open: () => Promise<StoreUnderTest>): void {
  const message = { id: id(1), topic: 'commits', messageId: 'm', body: '{', because: 'no JSON', at: 5 }

  test('quarantine lists newest first, page by page, each message once, until it is settled', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async ({ quarantine }) => {
      for (const number of [1, 2, 3]) await quarantine.put({ ...message, id: id(number), body: `{${number}` })
      await quarantine.put({ ...message, id: id(4), body: '{1' })
      await quarantine.settle(id(2), 9)
      const first = await quarantine.list({ limit: 1 })
      const second = await quarantine.list({ limit: 5, after: first[0]?.id ?? '' })
      return { first, second, count: await quarantine.count(), settled: await quarantine.find(id(2)) }
    })

    expect(seen.first).toEqual([{ ...message, id: id(3), body: '{3' }])
    expect(seen.second).toEqual([{ ...message, body: '{1' }])
    expect(seen.count).toEqual({ commits: 2 })
    expect(seen.settled).toMatchObject({ id: id(2) })
  })

  test('a message that comes back is listed again with its new reason; a late copy of the same report is not', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async ({ quarantine }) => {
      await quarantine.put(message)
      await quarantine.settle(message.id, 9)
      await quarantine.put({ ...message, id: id(2) })
      const late = await quarantine.list({ limit: 5 })
      await quarantine.put({ ...message, id: id(3), because: 'still no JSON', at: 10 })
      return { late, again: await quarantine.list({ limit: 5 }) }
    })

    expect(seen).toEqual({ late: [], again: [{ ...message, because: 'still no JSON', at: 10 }] })
  })

  test('messages of one id and other bodies are all kept', async () => {
    await using under = await open()

    const kept = await under.store.transaction(async ({ quarantine }) => {
      await quarantine.put(message)
      await quarantine.put({ ...message, id: id(2), body: '[' })
      return quarantine.list({ limit: 5 })
    })

    expect(kept.map(({ body }) => body)).toEqual(['[', '{'])
  })
}

function describeReports(open: () => Promise<StoreUnderTest>): void {
  test('of each build and target the newest report is kept, whatever comes late or again', async () => {
    await using under = await open()
    const report = (target: string, at: number): ReportView => ({ target, state: 'delivered', at })

    const kept = await under.store.transaction(async ({ reports }) => {
      for (const [sequence, at] of [
        [2, 20],
        [3, 30],
        [3, 31],
        [1, 10],
      ] as const)
        await reports.put({ buildId: id(1), sequence, report: report('github-status', at) })
      await reports.put({ buildId: id(1), sequence: 3, report: report('file', 40) })
      await reports.put({ buildId: id(2), sequence: 1, report: report('file', 50) })
      return reports.ofBuilds([id(1)])
    })

    expect(kept.map(({ report: { target, at } }) => [target, at])).toEqual([
      ['file', 40],
      ['github-status', 31],
    ])
  })
}
