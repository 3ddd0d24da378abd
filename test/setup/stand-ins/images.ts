import { globSync } from 'node:fs'
import { makeImage } from './make-image.ts'
import { npmDirectory } from './npm-directory.ts'

/** Node and npm of the tests. @param tag such as `24`. */
export async function provideNodejsImage(tag: string): Promise<AsyncDisposable> {
  const npm = '/usr/local/lib/node_modules/npm'
  return makeImage(`node:${tag}`, {
    programs: { [process.execPath]: '/usr/local/bin/node' },
    trees: { [await npmDirectory()]: npm },
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
  const onPath = ['psql', 'pg_isready'].map((name) => [`/usr/local/bin/${name}`, `${home}/bin/${name}`])
  return makeImage(`postgres:${tag}`, {
    programs: Object.fromEntries(programs),
    trees: {
      [`${home}/lib`]: `${home}/lib`,
      '/usr/share/postgresql/15': '/usr/share/postgresql/15',
      '/usr/share/zoneinfo': '/usr/share/zoneinfo',
    },
    links: Object.fromEntries(onPath),
    scripts: { '/usr/local/bin/docker-entrypoint.sh': postgresEntry(home) },
    users: ['postgres'],
    changes: ['EXPOSE 5432', 'VOLUME /var/lib/postgresql', 'ENTRYPOINT ["docker-entrypoint.sh"]', 'CMD ["postgres"]'],
  })
}

function postgresEntry(home: string): string {
  return `#!/bin/sh
set -e
data=/var/lib/postgresql/data
user=\${POSTGRES_USER:-postgres}
mkdir -p $data /var/run/postgresql
chown postgres $data /var/run/postgresql
if [ ! -s $data/PG_VERSION ]; then
  printf %s "\${POSTGRES_PASSWORD:?}" >/tmp/password
  chown postgres /tmp/password
  su postgres -c "${home}/bin/initdb -D $data -U $user -A scram-sha-256 --pwfile=/tmp/password --no-locale -E UTF8 -N" >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>$data/pg_hba.conf
  database=\${POSTGRES_DB:-$user}
  [ "$database" = postgres ] || printf 'CREATE DATABASE "%s"\\n' "$database" |
    su postgres -c "${home}/bin/postgres --single -D $data postgres" >/dev/null
fi
rm -f $data/postmaster.pid # of a container that was killed: it names a process of that one
sleep 1 # its port must not be taken for readiness before it is there
exec su postgres -c "exec ${home}/bin/postgres -D $data -h '*' -k /var/run/postgresql"
`
}

/** RabbitMQ of the distribution under another tag; takes RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS as people know them. */
export function provideRabbitmqImage(tag: string): Promise<AsyncDisposable> {
  const [erlang, rabbitmq] = ['/usr/lib/erlang', '/usr/lib/rabbitmq']
  const natives = globSync([
    `${erlang}/erts-*/bin/{beam.smp,epmd,inet_gethost,erl_child_setup}`,
    `${erlang}/lib/*/priv/lib/*.so`,
  ])
  return makeImage(`rabbitmq:${tag}`, {
    trees: { [erlang]: erlang, [rabbitmq]: rabbitmq },
    programs: Object.fromEntries(natives.map((path) => [path, path])), // for their libraries
    links: { '/usr/bin/erl': `${erlang}/bin/erl` },
    scripts: { '/usr/local/bin/docker-entrypoint.sh': rabbitmqEntry, '/usr/local/bin/nc': portProbe },
    users: ['rabbitmq'],
    changes: [
      'EXPOSE 5672',
      'VOLUME /var/lib/rabbitmq',
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["rabbitmq-server"]',
    ],
  })
}

const rabbitmqEntry = `#!/bin/sh
set -e
mkdir -p /etc/rabbitmq /var/lib/rabbitmq/mnesia /var/log/rabbitmq
cat >/etc/rabbitmq/rabbitmq.conf <<END
loopback_users = none
log.console = true
default_user = \${RABBITMQ_DEFAULT_USER:-guest}
default_pass = \${RABBITMQ_DEFAULT_PASS:-guest}
END
chown -R rabbitmq /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
export HOME=/var/lib/rabbitmq LANG=C.UTF-8 RABBITMQ_LOGS=-
exec su rabbitmq -c "exec /usr/lib/rabbitmq/bin/rabbitmq-server"
`

/** `nc -z HOST PORT`, which not every busybox knows. */
const portProbe = `#!/bin/sh
exec busybox nc "$2" "$3" -e true
`
