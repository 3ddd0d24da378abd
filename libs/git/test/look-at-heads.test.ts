import { expect, test } from 'vitest'
import { lookAtHeads } from '../index.ts'
import { makeRepository } from './make-repository.ts'
import { never as signal } from './open-test-mirrors.ts'

test('the branches, the tags and the head are seen; an annotated tag has the commit that it names', async () => {
  await using made = await makeRepository()
  await made.git('tag', '-a', 'v1', '-m', 'One')
  await made.git('tag', 'light')
  await made.git('checkout', '--quiet', '-b', 'topic/one')
  const sha = await made.commit({ 'a.txt': 'a' })

  const heads = await lookAtHeads({ url: made.path }, { signal })

  expect(heads).toEqual({
    head: { ref: 'refs/heads/topic/one', sha },
    refs: [
      { ref: 'refs/heads/main', sha: made.sha },
      { ref: 'refs/heads/topic/one', sha },
      { ref: 'refs/tags/light', sha: made.sha },
      { ref: 'refs/tags/v1', sha: made.sha },
    ],
  })
})

test('an empty repository and a detached head have no head', async () => {
  await using empty = await makeRepository()
  await empty.git('update-ref', '-d', 'refs/heads/main')
  await using detached = await makeRepository()
  await detached.git('checkout', '--quiet', '--detach')

  expect(await lookAtHeads({ url: empty.path }, { signal })).toEqual({ refs: [] })
  expect(await lookAtHeads({ url: detached.path }, { signal })).toEqual({
    refs: [{ ref: 'refs/heads/main', sha: detached.sha }],
  })
})

test('a URL that is not allowed never reaches git', async () => {
  const looked = lookAtHeads({ url: 'ext::sh -c true' }, { signal })

  await expect(looked).rejects.toMatchObject({ code: 'CLONE_URL_INVALID' })
})
