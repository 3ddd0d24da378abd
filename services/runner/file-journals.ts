import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { attemptDirectories } from './attempt.ts'
import type { Journals } from './journal.ts'

/** Journals in the directories of the attempts, below the runner's data directory. */
export function fileJournals(data: string): Journals {
  return {
    open(offer) {
      const { root } = attemptDirectories(data, offer.attemptId)
      return {
        keepEnd: (end) => writeDurably(root, JSON.stringify({ version: 1, offer, ...end })),
        remove: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
      }
    },
  }
}

async function writeDurably(directory: string, text: string): Promise<void> {
  const file = await open(join(directory, 'result.json'), 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  const parent = await open(directory, 'r')
  try {
    await parent.sync()
  } finally {
    await parent.close()
  }
}
