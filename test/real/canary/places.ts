import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import Docker from 'dockerode'
import type { ServiceProgram } from '../service-program.ts'

/** Bytes where a secret might have got to. */
export interface Place {
  readonly where: string
  readonly bytes: Uint8Array
}

/** Every file below a directory, and what is packed in it; but for the directories that `isLeftOut` names. */
export async function filesBelow(root: string, isLeftOut: (path: string) => boolean = () => false): Promise<Place[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(ifGone([]))
  const places = await Promise.all(
    entries.map(async (entry) => {
      const path = join(root, entry.name)
      if (entry.isDirectory()) return isLeftOut(path) ? [] : filesBelow(path, isLeftOut)
      return entry.isFile() ? readPlace(path) : []
    }),
  )
  return places.flat()
}

/** The command lines of every process of this machine. */
export function commandLines(): Promise<Place[]> {
  return ofProcesses(() => ['cmdline'])
}

/** The environments of the processes whose command line has `part`. */
export function environments(part: string): Promise<Place[]> {
  return ofProcesses((command) => (command.includes(part) ? ['environ'] : []))
}

/** What the engine tells of everything that it has. */
export async function engineRecords(): Promise<Place[]> {
  const docker = new Docker()
  const containers = await docker.listContainers({ all: true })
  const networks = await docker.listNetworks()
  const records = [
    ...containers.map(({ Id }) => recordOf(`container ${Id}`, docker.getContainer(Id).inspect())),
    ...containers.map(({ Id }) => recordOf(`processes of ${Id}`, docker.getContainer(Id).top())),
    ...networks.map(({ Id }) => recordOf(`network ${Id}`, docker.getNetwork(Id).inspect())),
  ]
  const inspected = await Promise.all(
    containers.map(({ Id }) =>
      docker
        .getContainer(Id)
        .inspect()
        .catch(() => undefined),
    ),
  )
  const execs = inspected.flatMap((container) => container?.ExecIDs ?? [])
  return (
    await Promise.all([...records, ...execs.map((id) => recordOf(`exec ${id}`, docker.getExec(id).inspect()))])
  ).flat()
}

export async function metricsOf(programs: readonly ServiceProgram[]): Promise<Place[]> {
  return Promise.all(
    programs.map(async ({ name, url }) => {
      const answer = await fetch(`${url}/metrics`)
      return { where: `metrics of ${name}`, bytes: Buffer.from(await answer.arrayBuffer()) }
    }),
  )
}

/** Whoever was killed while he wrote has left the beginning. */
const whatever = { finishFlush: constants.Z_SYNC_FLUSH }

async function readPlace(path: string): Promise<Place[]> {
  const bytes = await readFile(path).catch(ifGone(undefined))
  if (bytes === undefined) return []
  const place = { where: path, bytes }
  if (bytes.length < 4) return [place]
  if (bytes.readUInt16BE(0) === 0x1f8b)
    return [place, { where: `${path}, unpacked`, bytes: gunzipSync(bytes, whatever) }]
  if (bytes.readUInt32LE(0) === 0xfd2fb528)
    return [
      place,
      { where: `${path}, unpacked`, bytes: zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush }) },
    ]
  return [place]
}

async function ofProcesses(filesOf: (command: string) => readonly string[]): Promise<Place[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const places = ids.map(async (id) => {
    const command = (await readFile(`/proc/${id}/cmdline`).catch(() => Buffer.alloc(0)))
      .toString()
      .replaceAll('\0', ' ')
    const read = filesOf(command).map(async (file) => ({
      where: `${file} of ${command.slice(0, 100)}`,
      bytes: await readFile(`/proc/${id}/${file}`).catch(() => Buffer.alloc(0)), // it has ended
    }))
    return Promise.all(read)
  })
  return (await Promise.all(places)).flat()
}

/** Others use this engine too: what they have may go at any time. */
async function recordOf(where: string, record: Promise<unknown>): Promise<Place[]> {
  return record.then(
    (told) => [{ where, bytes: Buffer.from(JSON.stringify(told)) }],
    () => [],
  )
}

function ifGone<T>(value: T) {
  return (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}
