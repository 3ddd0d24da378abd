import { makeTar, type TarEntry } from './make-tar.ts'

/**
 * The root file system of an image that holds nothing but busybox, as a tar archive: each applet in /bin,
 * a /tmp for everybody, and the users that images usually have.
 *
 * @param program  a statically linked busybox.
 * @param applets  what `busybox --list` says.
 */
export function busyboxArchive(program: Buffer, applets: readonly string[]): Buffer {
  return makeTar([
    ...directories.map((path): TarEntry => ({ kind: 'directory', path, mode: 0o755 })),
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
    { kind: 'directory', path: 'root', mode: 0o700 },
    { kind: 'file', path: 'etc/passwd', mode: 0o644, content: Buffer.from(passwd) },
    { kind: 'file', path: 'etc/group', mode: 0o644, content: Buffer.from(group) },
    { kind: 'file', path: 'bin/busybox', mode: 0o755, content: program },
    ...applets.filter((name) => name !== 'busybox').map(linkOf),
    { kind: 'symlink', path: 'usr/bin/env', target: '../../bin/busybox' },
  ])
}

const directories = ['bin', 'dev', 'etc', 'home', 'proc', 'sys', 'usr', 'usr/bin', 'usr/sbin', 'var', 'var/tmp']
const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n'
const group = 'root:x:0:\nusers:x:100:\nnobody:x:65534:\n'

function linkOf(applet: string): TarEntry {
  return { kind: 'symlink', path: `bin/${applet}`, target: 'busybox' }
}
