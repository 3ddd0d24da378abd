import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file as a whole: whoever reads `path`, also after a crash, finds the old content or the new one.
 * Makes the directories that are missing.
 *
 * @param half  where the content grows, on the same file system as `path`; one writer at a time.
 */
export async function writeDurably(path: string, content: string, half: string): Promise<void> {
  const directory = dirname(path)
  await makeDirectory(directory)
  const file = await open(half, 'w', 0o644)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(half, path)
  await syncDirectory(directory)
}

async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true })
  if (first === undefined) return
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made))
}

/** A name in a directory survives a crash only once the directory is on the disk. */
async function syncDirectory(directory: string): Promise<void> {
  const opened = await open(directory, 'r')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}
