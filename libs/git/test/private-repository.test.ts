import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { lookAtHeads } from '../index.ts'
import { makeRepository } from './make-repository.ts'
import { never as signal, openTestMirrors, repository } from './open-test-mirrors.ts'
import { serveGit } from './serve-git.ts'

const token = 'ghs_0123456789abcdef0123456789abcdef'

test('a private repository is fetched with the token, which is in no argument list', async () => {
  await using made = await makeRepository()
  const argumentLists: string[] = []
  const listArguments = async () => {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args'])
    argumentLists.push(stdout)
    return false
  }
  await using served = await serveGit(made.path, { token, onRequest: listArguments })
  await using opened = await openTestMirrors()

  const source = { repository, url: served.url, token }
  const commit = await opened.mirrors.fetchCommit(source, made.sha, { signal })
  await commit.checkout(opened.workspace, { signal })

  expect(commit.sha).toBe(made.sha)
  expect(argumentLists.join('\n')).toContain('git-remote-http')
  expect(argumentLists.join('\n')).not.toContain(token)
  await expect(promisify(execFile)('grep', ['-ra', token, opened.root, opened.workspace])).rejects.toMatchObject({
    code: 1, // nothing found
  })
})

test('a wrong token is FETCH_FAILED, without the token in the message', async () => {
  await using made = await makeRepository()
  await using served = await serveGit(made.path, { token })
  await using opened = await openTestMirrors()

  const wrong = opened.mirrors.fetchCommit({ repository, url: served.url, token: 'wrong-token' }, made.sha, { signal })

  await expect(wrong).rejects.toMatchObject({ code: 'FETCH_FAILED', message: expect.stringMatching(/authenticat/i) })
  await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining('wrong-token') })
})

test('without a token git does not wait for somebody to type one', async () => {
  await using made = await makeRepository()
  await using served = await serveGit(made.path, { token })

  const looked = lookAtHeads({ url: served.url }, { signal })

  await expect(looked).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringContaining('prompts disabled'),
  })
})

test('a redirect is not followed', async () => {
  await using made = await makeRepository()
  await using inner = await serveGit(made.path)
  await using outer = await serveGit(made.path, {
    onRequest: (request, response) => {
      response.writeHead(302, { location: inner.url.replace('/owner/name.git', request.url ?? '') }).end()
      return true
    },
  })

  await expect(lookAtHeads({ url: outer.url }, { signal })).rejects.toMatchObject({ code: 'GIT_FAILED' })
  expect(inner.requests).toEqual([])
})

test('aborting a fetch that hangs ends everything that git started', async () => {
  await using made = await makeRepository()
  const asked = Promise.withResolvers<void>()
  const hungUp = Promise.withResolvers<void>()
  await using served = await serveGit(made.path, {
    onRequest: (request) => {
      request.socket.once('close', () => hungUp.resolve())
      asked.resolve()
      return true // and never answer
    },
  })
  await using opened = await openTestMirrors()
  const controller = new AbortController()

  const source = { repository, url: served.url }
  const fetched = opened.mirrors.fetchCommit(source, made.sha, { signal: controller.signal })
  await asked.promise
  controller.abort(new DOMException('the job was cancelled', 'AbortError'))

  await expect(fetched).rejects.toThrow('the job was cancelled')
  await hungUp.promise
})

test('one caller who leaves does not end the fetch of the others', async () => {
  await using made = await makeRepository()
  const asked = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  await using served = await serveGit(made.path, {
    onRequest: async () => {
      asked.resolve()
      await goOn.promise
      return false
    },
  })
  await using opened = await openTestMirrors()
  const controller = new AbortController()
  const source = { repository, url: served.url }

  const leaving = opened.mirrors.fetchCommit(source, made.sha, { signal: controller.signal })
  const staying = opened.mirrors.fetchCommit(source, made.sha, { signal })
  await asked.promise
  controller.abort()
  await expect(leaving).rejects.toMatchObject({ name: 'AbortError' })
  goOn.resolve()

  expect((await staying).sha).toBe(made.sha)
  expect(served.looks()).toBe(1)
})
