import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { makeImage } from './make-image.ts'

/** Node and npm of the tests. @param tag such as `24`. */
export async function provideNodejsImage(tag: string): Promise<AsyncDisposable> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'realpath "$(command -v npm)"'])
  const npm = '/usr/local/lib/node_modules/npm'
  return makeImage(`node:${tag}`, {
    programs: { [process.execPath]: '/usr/local/bin/node' },
    trees: { [join(dirname(stdout.trim()), '..')]: npm },
    links: { '/usr/local/bin/npm': `${npm}/bin/npm-cli.js`, '/usr/local/bin/npx': `${npm}/bin/npx-cli.js` },
    users: ['node'],
  })
}

/** Redis of the distribution; its port 6379 is exposed. */
export function provideRedisImage(tag: string): Promise<AsyncDisposable> {
  return makeImage(`redis:${tag}`, {
    programs: {
      '/usr/bin/redis-server': '/usr/local/bin/redis-server',
      '/usr/bin/redis-cli': '/usr/local/bin/redis-cli',
    },
    changes: ['EXPOSE 6379', 'CMD ["redis-server", "--protected-mode", "no", "--save", ""]'],
  })
}

/** PostgreSQL of the distribution under another tag; takes POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB as people know them. */
export function providePostgresImage(tag: string): Promise<AsyncDisposable> {
  const home = '/usr/lib/postgresql/15'
  const programs = ['postgres', 'initdb', 'psql', 'pg_isready'].map((name) => [
    `${home}/bin/${name}`,
    `${home}/bin/${name}`,
  ])
  return makeImage(`postgres:${tag}`, {
    programs: Object.fromEntries(programs),
    trees: {
      [`${home}/lib`]: `${home}/lib`,
      '/usr/share/postgresql/15': '/usr/share/postgresql/15',
      '/usr/share/zoneinfo': '/usr/share/zoneinfo',
    },
    links: { '/usr/local/bin/psql': `${home}/bin/psql`, '/usr/local/bin/pg_isready': `${home}/bin/pg_isready` },
    scripts: { '/entry.sh': postgresEntry(home) },
    users: ['postgres'],
    changes: ['EXPOSE 5432', 'VOLUME /var/lib/postgresql/data', 'ENTRYPOINT ["/entry.sh"]'],
  })
}

function postgresEntry(home: string): string {
  return `#!/bin/sh
set -e
data=/var/lib/postgresql/data
user=\${POSTGRES_USER:-postgres}
mkdir -p $data /var/run/postgresql
chown postgres $data /var/run/postgresql
printf %s "\${POSTGRES_PASSWORD:?}" >/tmp/password
chown postgres /tmp/password
su postgres -c "${home}/bin/initdb -D $data -U $user -A scram-sha-256 --pwfile=/tmp/password --no-locale -E UTF8 -N" >/dev/null
echo 'host all all all scram-sha-256' >>$data/pg_hba.conf
sleep 1 # its port must not be taken for readiness before it is there
exec su postgres -c "exec ${home}/bin/postgres -D $data -h '*' -k /var/run/postgresql"
`
}
