import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const module = fileURLToPath(new URL('../index.ts', import.meta.url))
const protocol = fileURLToPath(new URL('../../protocol/index.ts', import.meta.url))

/** What a process of its own writes to its standard error. */
function logged(error: string): string {
  const program = `
    import { openLog } from '${module}'
    import { problem } from '${protocol}'
    openLog({ service: 'agent', level: 'info', pretty: false }).error({ err: ${error} }, 'it failed')`
  const command = `${process.execPath} --input-type=module-typescript - 2>&1`
  return execFileSync('sh', ['-c', command], { input: program, encoding: 'utf8' })
}

test('a problem is logged with its code, what to do and its cause, and without a stack', () => {
  const line: unknown = JSON.parse(
    logged(`problem('QUEUE_UNAVAILABLE', 'nobody answers', { cause: new Error('refused') })`),
  )

  expect(line).toMatchObject({
    msg: 'it failed',
    err: { code: 'QUEUE_UNAVAILABLE', message: 'nobody answers', fix: expect.any(String), cause: 'refused' },
  })
  expect(JSON.stringify(line)).not.toContain('stack')
})

test('an error that nobody expected is logged with its stack', () => {
  const line: unknown = JSON.parse(logged(`new TypeError('x is undefined')`))

  expect(line).toMatchObject({ err: { type: 'TypeError', message: 'x is undefined', stack: expect.any(String) } })
})
