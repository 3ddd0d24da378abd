import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import Docker from 'dockerode'

const busybox = '/bin/busybox'
/** Busybox alone; its user is root. */
export const testImage = 'narwhal-test/busybox:1'

/** The same image with `USER app` (uid 1000). */
export const testUserImage = 'narwhal-test/busybox-app:1'

/** The same image with `VOLUME /data`: each container of it gets a volume without a name or a label. */
export const testVolumeImage = 'narwhal-test/busybox-volume:1'

/**
 * Imports the images of the real tests unless they are there; returns the one whose user is root. Needs no registry:
 * they are made of the distribution's static busybox (Debian: `busybox-static`), its applets as symlinks, /tmp, and
 * /etc/passwd with `root` and `app`.
 *
 * @throws when no engine answers on the default socket (or DOCKER_HOST), or /bin/busybox is missing.
 */
export async function provideTestImage(): Promise<string> {
  const docker = new Docker()
  if (!(await isPresent(docker, testImage))) await importImage(docker, testImage, [])
  if (!(await isPresent(docker, testUserImage))) await importImage(docker, testUserImage, ['USER app'])
  if (!(await isPresent(docker, testVolumeImage))) await importImage(docker, testVolumeImage, ['VOLUME /data'])
  return testImage
}

async function isPresent(docker: Docker, image: string): Promise<boolean> {
  return docker
    .getImage(image)
    .inspect()
    .then(
      () => true,
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return false
        throw error
      },
    )
}

async function importImage(docker: Docker, image: string, changes: readonly string[]): Promise<void> {
  const [repo, tag] = image.split(':')
  const archive = Readable.from([await busyboxArchive()])
  const progress = await docker.importImage(archive, { repo, tag, changes: ['ENV PATH=/bin', ...changes] })
  for await (const _ of progress) continue
}

/** A tar archive of a root file system. */
async function busyboxArchive(): Promise<Buffer> {
  const { stdout } = await promisify(execFile)(busybox, ['--list'])
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox')
  const parts = [
    entry({ path: 'bin/', type: '5', mode: 0o755 }),
    entry({ path: 'bin/busybox', type: '0', mode: 0o755, content: await readFile(busybox) }),
    ...applets.map((name) => entry({ path: `bin/${name}`, type: '2', mode: 0o777, target: 'busybox' })),
    entry({ path: 'tmp/', type: '5', mode: 0o1777 }),
    entry({ path: 'etc/', type: '5', mode: 0o755 }),
    entry({ path: 'etc/passwd', type: '0', mode: 0o644, content: Buffer.from(passwd) }),
    entry({ path: 'etc/group', type: '0', mode: 0o644, content: Buffer.from('root:x:0:\napp:x:1000:\n') }),
    Buffer.alloc(1024),
  ]
  return Buffer.concat(parts)
}

const passwd = 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/tmp:/bin/sh\n'

interface Entry {
  readonly path: string
  /** `0` file, `2` symlink, `5` directory. */
  readonly type: '0' | '2' | '5'
  readonly mode: number
  readonly content?: Buffer
  readonly target?: string
}

/** One entry of a ustar archive: a header block, then the content filled up to whole blocks of 512 bytes. */
function entry({ path, type, mode, content = Buffer.alloc(0), target = '' }: Entry): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0, 100)
  header.write(octal(mode, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(content.length, 11), 124)
  header.write(octal(0, 11), 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(target, 157, 100)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
