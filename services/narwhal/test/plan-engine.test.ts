import { expect, test } from 'vitest'
import { parseOsRelease } from '../setup/os-release.ts'
import { type EngineSituation, planEngine } from '../setup/plan-engine.ts'
import type { System } from '../setup/read-system.ts'

const debian: System = {
  platform: 'linux',
  release: parseOsRelease('ID=debian\nPRETTY_NAME="Debian 12"'),
  isRoot: true,
  hasSystemd: true,
}
const ubuntu = systemOf('ID=ubuntu\nID_LIKE=debian')
const fedora = systemOf('ID=fedora\nPRETTY_NAME="Fedora Linux 44"')
const bare: EngineSituation = {
  state: 'absent',
  system: debian,
  isInstalled: false,
  setup: true,
  dockerHost: undefined,
}

test.each<[string, Partial<EngineSituation>, string]>([
  ['an engine that answers is used', { state: 'answers' }, 'use'],
  ['an engine that answers is used by anybody', { state: 'answers', system: user(fedora), setup: false }, 'use'],
  ['root on Debian installs it', {}, 'install'],
  ['root on Ubuntu installs it', { system: ubuntu }, 'install'],
  ['root starts an installed one', { isInstalled: true }, 'start'],
  ['root starts an installed one that is silent', { isInstalled: true, state: 'silent' }, 'start'],
  ['root starts an installed one on any Linux', { isInstalled: true, system: fedora }, 'start'],
  ['root elsewhere is told what to install', { system: fedora }, 'advise'],
  ['a user is told what to install', { system: user(debian) }, 'advise'],
  ['a user is told what to start', { system: user(debian), isInstalled: true }, 'advise'],
  ['NARWHAL_SETUP=0 installs nothing', { setup: false }, 'advise'],
  ['NARWHAL_SETUP=0 starts nothing', { setup: false, isInstalled: true }, 'advise'],
  [
    'an engine named by DOCKER_HOST is not ours to start',
    { dockerHost: 'unix:///run/x.sock', isInstalled: true },
    'advise',
  ],
  ['a closed socket is for a person to open', { state: 'forbidden', system: user(debian) }, 'advise'],
])('%s', (_, difference, action) => {
  const plan = planEngine({ ...bare, ...difference })

  expect(plan.action).toBe(action)
})

test.each<[string, Partial<EngineSituation>, RegExp]>([
  [
    'Debian',
    { system: user(debian) },
    /Debian 12: `sudo apt-get install docker\.io`, then `sudo systemctl enable --now docker`.*usermod/,
  ],
  [
    'Debian without systemd',
    { system: { ...debian, hasSystemd: false }, setup: false },
    /`apt-get install docker\.io`, then `service docker start`\.$/,
  ],
  ['Fedora', { system: fedora }, /Fedora Linux 44: `dnf install moby-engine`, then `systemctl enable --now docker`/],
  [
    'RHEL and its kin',
    { system: systemOf('ID="rocky"\nID_LIKE="rhel centos fedora"') },
    /podman-docker`, then `systemctl enable --now podman\.socket`/,
  ],
  ['Arch', { system: systemOf('ID=arch') }, /pacman -S docker/],
  ['openSUSE', { system: systemOf('ID="opensuse-leap"\nID_LIKE="suse opensuse"') }, /zypper install docker/],
  ['openSUSE without kin', { system: systemOf('ID="opensuse-tumbleweed"') }, /zypper install docker/],
  ['Alpine', { system: systemOf('ID=alpine') }, /apk add docker`, then `rc-service docker start`/],
  ['an unknown Linux', { system: systemOf('ID=solus') }, /docs\.docker\.com/],
  ['macOS', { system: user({ ...debian, platform: 'darwin' }) }, /Colima/],
  ['Windows', { system: user({ ...debian, platform: 'win32' }) }, /WSL 2/],
  [
    'an installed engine',
    { system: user(debian), isInstalled: true },
    /not running\. Start it: `sudo systemctl enable --now docker`/,
  ],
  ['a closed socket', { state: 'forbidden', system: user(debian) }, /\/var\/run\/docker\.sock.*usermod -aG docker/],
  ['a dead DOCKER_HOST', { dockerHost: 'unix:///run/x.sock' }, /DOCKER_HOST is unix:\/\/\/run\/x\.sock/],
])('the advice for %s fits', (_, difference, advice) => {
  const plan = planEngine({ ...bare, ...difference })

  expect(plan).toEqual({ action: 'advise', advice: expect.stringMatching(advice) })
})

function systemOf(release: string): System {
  return { ...debian, release: parseOsRelease(release) }
}

function user(system: System): System {
  return { ...system, isRoot: false }
}
