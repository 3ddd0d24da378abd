import { createHmac, randomUUID } from 'node:crypto'
import { problem } from '@narwhal/protocol'

export interface Push {
  readonly sha: string
  readonly repositoryName: string
}

/** Sends the webhook of a push as GitHub does, signed with `secret`, and resolves when it was taken. */
export async function sendPush(url: string, secret: string, { sha, repositoryName: name }: Push): Promise<void> {
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: sha,
    deleted: false,
    repository: { id: 1, name, full_name: `ada/${name}`, owner: { login: 'ada', name: 'ada' } },
    head_commit: { id: sha, message: 'A change', author: { name: 'Ada' } },
    pusher: { name: 'ada' },
  })
  const answer = await fetch(`${url}/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  })
  const text = await answer.text()
  if (answer.status !== 202) throw problem('INTERNAL', `the webhook was answered ${answer.status}: ${text}`)
}
