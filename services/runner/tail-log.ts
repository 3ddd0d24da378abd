import { constants, type FSWatcher, watch } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Clock } from '@narwhal/host'
import { inTurns } from './steps/in-turns.ts'

// 1. The spool is hostile ground: the file is opened never through a link, and only if it is a regular file of ours. Until it
//    has given a byte it is opened anew: an empty one may be what a former life of the runner left before the step makes its own.
// 2. Bytes are read by offset, so that any of them can be read again until the attempt is over.
// 3. One call at a time: the end of a log is not decided while bytes of it are being read.
// 4. Once the log has ended it never changes its length, whatever still writes to the file.

/** The output of one step, readable while it grows. */
export interface StepLog extends AsyncDisposable {
  /** Bytes from `offset` on, at most `limitBytes`; empty when there are none yet, or no more. */
  read(offset: number, limitBytes: number): Promise<Buffer>
  /** The step is over: from now on the log has the length it has now. */
  end(): Promise<void>
  /** How many bytes the step has written by now; `full`: nobody can see whether it writes more. */
  look(): Promise<number | 'full'>
  /** Absent until the log has ended. With the line that says that it was cut, where it was. */
  readonly lengthBytes: number | undefined
}

export interface TailOptions {
  /** What lies beyond is cut off, and a last line says so. Below 0: a log before this one was cut already, this one stays empty. */
  readonly capBytes: number
  readonly clock: Clock
  /** There may be new bytes. */
  readonly onGrowth: () => void
  /** The log has ended before, with this length. */
  readonly lengthBytes?: number | undefined
}

/** Follows a file that an engine will make in the spool. */
export function tailLog(path: string, { capBytes, clock, onGrowth, lengthBytes }: TailOptions): StepLog {
  const look = async () => {
    const { size } = await lstat(path).catch(() => ({ size: 0 }))
    return size < capBytes ? size : 'full'
  }
  const noticed = noticeGrowth(path, { clock, onGrowth, look })
  const inTurn = inTurns()
  let file: FileHandle | undefined
  let readBytes = 0
  let end: LogEnd | undefined = lengthBytes === undefined ? undefined : endOf(lengthBytes, Math.max(0, capBytes))
  if (end !== undefined) noticed[Symbol.dispose]()

  async function openNow(): Promise<FileHandle | undefined> {
    if (file !== undefined && (readBytes > 0 || end !== undefined)) return file
    await file?.close()
    file = await openRegular(path)
    return file
  }

  async function read(offset: number, limitBytes: number): Promise<Buffer> {
    const fileBytes = end?.fileBytes ?? Math.max(0, capBytes)
    if (offset >= fileBytes) {
      return end?.cutLine.subarray(offset - fileBytes, offset - fileBytes + limitBytes) ?? nothing
    }
    const wantedBytes = Math.min(limitBytes, fileBytes - offset)
    const found = await readAt(await openNow(), offset, wantedBytes)
    const bytes = end === undefined || found.length > 0 ? found : Buffer.alloc(wantedBytes) // the job shortened its file
    readBytes = Math.max(readBytes, offset + bytes.length)
    return bytes
  }

  return {
    read: (offset, limitBytes) => inTurn(() => read(offset, limitBytes)),
    end: () =>
      inTurn(async () => {
        noticed[Symbol.dispose]()
        const { size: bytes } = (await (await openNow())?.stat()) ?? { size: 0 }
        const cutLine = capBytes >= 0 && bytes > capBytes ? cutLineBytes : nothing
        end = { fileBytes: Math.max(readBytes, Math.min(bytes, capBytes)), cutLine }
      }),
    look,
    get lengthBytes() {
      return end && end.fileBytes + end.cutLine.length
    },
    [Symbol.asyncDispose]: () =>
      inTurn(async () => {
        noticed[Symbol.dispose]()
        await file?.close()
      }),
  }
}

interface LogEnd {
  readonly fileBytes: number
  readonly cutLine: Buffer
}

/** A log is longer than its cap only by the line that says so. */
function endOf(lengthBytes: number, capBytes: number): LogEnd {
  return { fileBytes: Math.min(lengthBytes, capBytes), cutLine: lengthBytes > capBytes ? cutLineBytes : nothing }
}

const nothing = Buffer.alloc(0)
const cutLineBytes = Buffer.from('\n[narwhal] The log was cut here: a job may write 64 MiB.\n')

/** How often a file is looked at that cannot be watched, in milliseconds. */
const lookMs = 200

interface Noticing extends Pick<TailOptions, 'clock' | 'onGrowth'> {
  readonly look: StepLog['look']
}

function noticeGrowth(path: string, { clock, onGrowth, look }: Noticing): Disposable {
  const stop = new AbortController()
  const name = basename(path)
  const watcher = watchDirectory(dirname(path), (changed) => {
    if (changed === name) onGrowth()
  })
  if (watcher === undefined) keepLooking({ clock, onGrowth, look }, stop.signal).catch(() => undefined) // it was stopped
  return {
    [Symbol.dispose]() {
      watcher?.close()
      stop.abort()
    },
  }
}

/** `undefined` when the machine has no watch left to give. */
function watchDirectory(path: string, onChange: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(path, (_event, name) => onChange(name)).on('error', () => undefined)
  } catch {
    return undefined
  }
}

async function keepLooking({ clock, onGrowth, look }: Noticing, signal: AbortSignal): Promise<void> {
  for (let seen: number | 'full' = 0; !signal.aborted; ) {
    await clock.sleep(lookMs, signal)
    const found = await look()
    if (found !== seen || found === 'full') onGrowth()
    seen = found
  }
}

/** `undefined` when it is not there yet, or is not a regular file of ours: then the step has no log. */
async function openRegular(path: string): Promise<FileHandle | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const { uid } = await file.stat().then((stat) => (stat.isFile() ? stat : { uid: -1 }))
    if (uid === (process.getuid?.() ?? uid)) return file
    await file.close()
    return undefined
  } catch {
    return undefined
  }
}

async function readAt(file: FileHandle | undefined, offset: number, lengthBytes: number): Promise<Buffer> {
  if (file === undefined) return nothing
  const buffer = Buffer.allocUnsafe(lengthBytes)
  const { bytesRead } = await file.read(buffer, 0, lengthBytes, offset)
  return buffer.subarray(0, bytesRead)
}
