import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Readable } from 'node:stream'
import { newToken, systemClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import './eventually.ts'
import { openAgentInbox } from '../service.ts'
import { deliver, openDirectory, pushBody } from './open-test-agent.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

test('what was answered with 202 is there after kill -9', async () => {
  await using directory = await openDirectory()
  const secret = newToken()
  const agent = startAgentProcess(directory.path, { NARWHAL_GITHUB_WEBHOOK_SECRET: secret })
  const baseUrl = await agent.listens

  const answers = await Promise.all(Array.from({ length: 50 }, () => deliver(baseUrl, pushBody(), { secret })))
  agent.child.kill('SIGKILL')
  await agent.exit

  await using inbox = await openAgentInbox(directory.path, { limitBytes: 1e9, clock: systemClock })
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
  const kept = await inbox.takeUnrelayed(100)
  expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(answers.map(({ text }) => JSON.parse(text).id)))
})

test('SIGTERM ends the agent cleanly', async () => {
  await using directory = await openDirectory()
  const agent = startAgentProcess(directory.path, { NARWHAL_GITHUB_WEBHOOK_SECRET: newToken() })
  await agent.listens

  agent.child.kill('SIGTERM')

  expect(await agent.exit).toEqual([0, null])
})

test('without a secret the agent says what to set and does not start', async () => {
  await using directory = await openDirectory()

  const agent = startAgentProcess(directory.path, {})

  expect(await agent.exit).toEqual([1, null])
  expect(agent.said()).toContain('NARWHAL_GITHUB_WEBHOOK_SECRET is missing')
  expect(agent.said()).toContain('docs/errors.md#config_invalid')
})

/** A real agent in a process of its own, on a free port, with a broker that does not answer. */
function startAgentProcess(data: string, env: Readonly<Record<string, string>>) {
  const settings = { NARWHAL_DATA: data, NARWHAL_PORT: '0', NARWHAL_QUEUE: 'amqp://127.0.0.1:1' }
  const child: ChildProcessByStdio<null, null, Readable> = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...settings, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let text = ''
  const listens = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part
      const url = /(http:\/\/127\.0\.0\.1:\d+)\/webhooks\/github/.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  return { child, listens, exit: once(child, 'close'), said: () => text }
}
