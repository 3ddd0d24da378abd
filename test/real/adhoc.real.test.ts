import { systemClock } from '@narwhal/host'
import { expect, test, vi } from 'vitest'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'
import { startCluster } from './start-cluster.ts'
import { commitMany } from './many-pushes.ts'
import { readResults } from './read-results.ts'
import { whatIsLeft } from './what-is-left.ts'

test('adhoc chaos', { timeout: 400_000 }, async ({ onTestFailed }) => {
  await using rabbit = await startRabbitmq()
  await using cluster = await startCluster({ amqpUrl: rabbit.url, runners: 3, slots: 2, leaseMs: 6000 })
  onTestFailed(() => cluster.printLogs())
  const { shas, name } = await commitMany(cluster, { name: 'chaos', count: 60, seconds: 1 })
  let done = false
  const kills: string[] = []
  const chaos = (async () => {
    for (let n = 0; n < 24; n++) {
      await systemClock.sleep(300 + Math.random() * 2000)
      const dice = Math.floor(Math.random() * (cluster.all.length + 1))
      const victim = cluster.all[dice]
      if (victim === undefined) {
        kills.push('rabbit')
        await rabbit.kill()
        await systemClock.sleep(500)
        await rabbit.start()
      } else {
        kills.push(victim.name)
        await victim.kill()
        await systemClock.sleep(Math.random() * 3000)
        await victim.start()
      }
    }
    done = true
  })()
  for (const sha of shas) {
    for (;;) {
      const status = await cluster.tell(name, sha).catch(() => 0)
      if (status === 202 || status === 200) break
      await systemClock.sleep(200)
    }
    await systemClock.sleep(300)
  }
  await chaos
  console.log('kills', kills.join(' '), done)
  await vi.waitFor(
    async () => {
      const ended = shas.filter((sha) => cluster.github.statusesOf(sha).some(({ state }) => state !== 'pending'))
      expect(ended).toHaveLength(shas.length)
      const results = await Promise.all(shas.map((sha) => readResults(cluster.results, { name, sha })))
      expect(results.filter((files) => Object.keys(files).length === 0)).toEqual([])
    },
    { timeout: 120_000, interval: 200 },
  )
  const builds = await cluster.rest.builds('ada/chaos')
  const count = (xs: string[]) =>
    Object.entries(Object.groupBy(xs, (x) => x))
      .map(([k, v]) => `${k}:${v?.length}`)
      .join(' ')
  console.log('builds', builds.length, count(builds.map((b) => `${b.ending?.outcome} ${b.ending?.code ?? ''}`)))
  console.log('attempts', count(builds.flatMap((b) => b.jobs.flatMap((j) => j.attempts.map((a) => a.state)))))
  console.log(
    'statuses',
    count(
      shas.map((sha) =>
        cluster.github
          .statusesOf(sha)
          .map((s) => s.state)
          .join(','),
      ),
    ),
  )
  let bad = 0
  for (const [number, sha] of shas.entries()) {
    const job = builds.find((b) => b.commit.sha === sha)?.jobs[1]
    if (job === undefined) continue
    const log = (await cluster.rest.logBytes(job.id)).toString()
    if (job.ending?.outcome === 'passed' && log !== `begin ${number}\nend ${number}\n`) {
      bad++
      console.log('BAD LOG', number, JSON.stringify(log))
    }
  }
  console.log('bad logs', bad)
  for (const b of builds.filter((b) => b.ending?.outcome !== 'passed'))
    console.log(
      JSON.stringify(b.ending),
      JSON.stringify(b.jobs.map((j) => j.attempts.map((a) => [a.state, a.runner, a.ending?.code]))),
    )
  await vi.waitFor(
    async () => {
      const { networks, ...left } = await whatIsLeft(cluster.runnerData)
      expect(left).toEqual({ containers: [], volumes: [], attempts: [] })
    },
    { timeout: 60_000, interval: 500 },
  )
  const codes = await Promise.all(cluster.all.map((p) => p.end()))
  console.log('exit', codes, JSON.stringify(await whatIsLeft(cluster.runnerData)))
  expect(builds.length).toBe(60)
})
