import { execFile } from 'node:child_process'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { importRoot } from './import-root.ts'
import { npmDirectory } from './npm-directory.ts'
import { provideStandIn } from './provide-stand-in.ts'

const exec = promisify(execFile)

/** Where Debian keeps the certificates that a machine trusts. */
export const certificatesPath = '/etc/ssl/certs/ca-certificates.crt'

const npm = 'usr/local/lib/node_modules/npm'

/**
 * Node and npm of the tests on this machine's own Debian or Ubuntu as debootstrap makes it, with the certificates that this
 * machine trusts: a Dockerfile may install packages on it. It takes root: for others the engine has to pull the real one.
 *
 * @param tag such as `24-trixie-slim`.
 */
export async function provideDebianNodejsImage(tag: string): Promise<AsyncDisposable> {
  if (process.getuid?.() !== 0) return { [Symbol.asyncDispose]: async () => undefined }
  const release = await readFile('/etc/os-release', 'utf8')
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? 'stable'
  const make = async (name: string) => {
    const root = await mkdtemp(join(tmpdir(), 'narwhal-debian-'))
    try {
      await exec('debootstrap', ['--foreign', '--variant=minbase', '--include=ca-certificates', suite, root])
      await mkdir(join(root, 'etc/dpkg/dpkg.cfg.d'), { recursive: true })
      await writeFile(join(root, 'etc/dpkg/dpkg.cfg.d/unsafe-io'), 'force-unsafe-io\n') // as in Debian's own images
      await exec('chroot', [root, '/debootstrap/debootstrap', '--second-stage'])
      await addNode(root)
      await importRoot(root, { name, changes: ['CMD ["node"]'], isAllOfRoot: false })
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  }
  return provideStandIn(`node:${tag}`, { recipe: { suite, node: process.version, is: 'debootstrap' }, make })
}

/** As the official image has it, with a user `node` of uid 1000. */
async function addNode(root: string): Promise<void> {
  await rm(join(root, 'var/cache/apt'), { recursive: true })
  await mkdir(join(root, 'var/cache/apt/archives/partial'), { recursive: true })
  await cp(certificatesPath, join(root, certificatesPath), { dereference: true })
  await cp(process.execPath, join(root, 'usr/local/bin/node'), { dereference: true })
  await mkdir(join(root, npm), { recursive: true })
  await cp(await npmDirectory(), join(root, npm), { recursive: true })
  await symlink(`/${npm}/bin/npm-cli.js`, join(root, 'usr/local/bin/npm'))
  await symlink(`/${npm}/bin/npx-cli.js`, join(root, 'usr/local/bin/npx'))
  await appendFile(join(root, 'etc/passwd'), 'node:x:1000:1000::/tmp:/bin/sh\n')
  await appendFile(join(root, 'etc/group'), 'node:x:1000:\n')
}
