import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { problem } from '@narwhal/protocol'
import {
  engineAddress,
  engineAdvice,
  enginePackages,
  engineState,
  findProgram,
  installDebianPackages,
  isDebian,
  isStaticProgram,
  readSystem,
  type SetupContext,
  type System,
} from '@narwhal/cli/setup'

/** Something the tests need and this machine lacks. */
interface Missing {
  readonly what: string
  /** Debian's packages that bring it; none when no package would help. */
  readonly packages: readonly string[]
  /** What a person does where we may not install. */
  readonly advice: string
}

/**
 * Sees that what the tests run is on this machine: git, ssh, a container engine with Compose, RabbitMQ, Redis, PostgreSQL,
 * OpenStack Swift, strace, a static busybox, debootstrap.
 * As root on Debian and Ubuntu what is missing is installed (unless NARWHAL_SETUP=0), without starting any service.
 *
 * @throws {ProblemError} PACKAGES_MISSING with everything that is missing, and what to do about each.
 */
export async function provideTestPackages(context: SetupContext): Promise<void> {
  const system = await readSystem()
  const missing = await missingParts(system, context)
  if (missing.length === 0) return
  const mayInstall = system.isRoot && isDebian(system) && context.env.NARWHAL_SETUP !== '0'
  if (!mayInstall || missing.some(({ packages }) => packages.length === 0)) {
    const list = missing.map(({ what, advice }) => `- ${what}: ${advice}`).join('\n')
    throw problem('PACKAGES_MISSING', `The tests need real parts that are not here:\n${list}`)
  }
  const packages = missing.flatMap((part) => part.packages)
  await installDebianPackages(packages, context)
}

async function missingParts(system: System, context: SetupContext): Promise<readonly Missing[]> {
  const { env } = context
  const parts = [await missingEngine(system, context)]
  if ((await findProgram('git', env)) === undefined) parts.push(missingPackage('git', 'git', 'install it'))
  if (!env.NARWHAL_TEST_AMQP_URL && (await findProgram('rabbitmq-server', env)) === undefined) {
    parts.push(
      missingPackage('RabbitMQ', 'rabbitmq-server', 'install rabbitmq-server, or set NARWHAL_TEST_AMQP_URL=amqp://…'),
    )
  }
  if ((await findProgram('sshd', env)) === undefined) {
    parts.push(missingPackage('an ssh server', 'openssh-server', 'install openssh-server; the tests start their own'))
  }
  if (!existsSync('/usr/bin/redis-server')) {
    parts.push(missingPackage('Redis', 'redis-server', 'install redis-server; the tests make an image of it'))
  }
  if (!existsSync('/usr/lib/postgresql/15/bin/postgres')) {
    parts.push(
      missingPackage(
        'PostgreSQL 15',
        'postgresql-15',
        'install postgresql-15; the tests start their own, and make an image of it',
      ),
    )
  }
  if (!existsSync('/usr/lib/python3/dist-packages/swift/common/middleware/s3api')) {
    parts.push(missingPackage('OpenStack Swift', 'python3-swift', 'install python3-swift; the tests start their own'))
  }
  if ((await findProgram('strace', env)) === undefined) {
    parts.push(missingPackage('strace', 'strace', 'install strace; the tests break a disk with it'))
  }
  if (!isStaticProgram(await readFile('/bin/busybox').catch(() => Buffer.alloc(0)))) {
    parts.push(missingPackage('a static busybox', 'busybox-static', 'put one at /bin/busybox'))
  }
  if ((await findProgram('docker-compose', env)) === undefined && !composePlugins.some((path) => existsSync(path))) {
    parts.push(missingPackage('Docker Compose', 'docker-compose', 'install docker-compose, or the plugin of docker'))
  }
  if (system.isRoot && (await findProgram('debootstrap', env)) === undefined) {
    parts.push(missingPackage('debootstrap', 'debootstrap', 'install it; the tests make an image of Debian by it'))
  }
  return parts.filter((part) => part !== undefined)
}

const composePlugins = ['/usr/libexec', '/usr/lib', '/usr/local/lib'].map(
  (directory) => `${directory}/docker/cli-plugins/docker-compose`,
)

/** An engine must answer, or be one that we may start: dockerd, as root, where nobody set DOCKER_HOST. */
async function missingEngine(system: System, { env, signal }: SetupContext): Promise<Missing | undefined> {
  if ((await engineState(engineAddress(env), signal)) === 'answers') return undefined
  const what = 'a container engine'
  if (env.DOCKER_HOST)
    return { what, packages: [], advice: `DOCKER_HOST is ${env.DOCKER_HOST}, and no engine answers there` }
  const isInstalled = (await findProgram('dockerd', env)) !== undefined
  if (isInstalled && system.isRoot) return undefined
  return { what, packages: enginePackages, advice: `${engineAdvice(system, isInstalled)} Or set DOCKER_HOST.` }
}

function missingPackage(what: string, name: string, advice: string): Missing {
  return { what, packages: [name], advice }
}
