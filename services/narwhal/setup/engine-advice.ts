import { descendsFrom, type OsRelease } from './os-release.ts'
import type { System } from './read-system.ts'

/** What a person can type to get a container engine on this system, as one or more lines. */
export function engineAdvice(system: System, isInstalled: boolean): string {
  if (system.platform === 'darwin') {
    return 'Start Docker Desktop, OrbStack or Colima. To install Colima: `brew install colima docker`, then `colima start`.'
  }
  if (system.platform !== 'linux') return 'Run Narwhal on Linux or macOS; on Windows inside WSL 2.'
  const sudo = system.isRoot ? '' : 'sudo '
  if (isInstalled) return `Docker is installed but not running. Start it: \`${startCommand(system, sudo)}\`.`
  return `Install one on ${system.release.name}: ${installText(system, sudo)}`
}

/** What to do when the socket is there but closed to this user. */
export function forbiddenAdvice(socket: string): string {
  return `An engine listens on ${socket}, but this user may not talk to it. Join its group: \`sudo usermod -aG docker $USER\`, then log in again.`
}

function startCommand({ hasSystemd }: System, sudo: string): string {
  return hasSystemd ? `${sudo}systemctl enable --now docker` : `${sudo}service docker start`
}

/** The first family that fits wins. */
const families: readonly { readonly family: string; readonly install: string; readonly start?: string }[] = [
  { family: 'debian', install: 'apt-get install docker.io' },
  { family: 'ubuntu', install: 'apt-get install docker.io' },
  { family: 'rhel', install: 'dnf install podman-docker', start: 'systemctl enable --now podman.socket' },
  { family: 'fedora', install: 'dnf install moby-engine' },
  { family: 'arch', install: 'pacman -S docker' },
  { family: 'suse', install: 'zypper install docker' },
  { family: 'alpine', install: 'apk add docker', start: 'rc-service docker start' },
]

function installText(system: System, sudo: string): string {
  const found = families.find(({ family }) => descendsFrom(asFamily(system.release), family))
  if (found === undefined) return 'see https://docs.docker.com/engine/install/.'
  const start = found.start === undefined ? startCommand(system, sudo) : `${sudo}${found.start}`
  const group = system.isRoot ? '' : ' Then join its group: `sudo usermod -aG docker $USER`, and log in again.'
  return `\`${sudo}${found.install}\`, then \`${start}\`.${group}`
}

/** openSUSE calls itself `opensuse-leap` and the like, and its family `suse opensuse`. */
function asFamily(release: OsRelease): OsRelease {
  return release.id.startsWith('opensuse') ? { ...release, id: 'suse' } : release
}
