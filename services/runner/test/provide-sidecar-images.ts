import Docker from 'dockerode'
import { provideTestImage } from '../../../test/setup/provide-test-image.ts'

const changes = {
  /** Prints `up` and goes on. */
  up: ['CMD ["sh", "-c", "echo up; exec sleep 3600"]'],
  /** Complains and exits. */
  dying: ['CMD ["sh", "-c", "echo started; echo no space for tea >&2; exit 3"]'],
  /** Opens its port after a moment. */
  port: ['EXPOSE 8080/tcp 9/udp', `CMD ${serving('sleep 1; echo serving; exec httpd -f -p 8080')}`],
  /** Exposes two ports and opens one. */
  ports: ['EXPOSE 8080 8081', `CMD ${serving('exec httpd -f -p 8080')}`],
  /** Is healthy after a moment. */
  health: [
    'HEALTHCHECK --interval=60s CMD test -e /tmp/well',
    `CMD ${serving('sleep 1; touch /tmp/well; exec sleep 3600')}`,
  ],
  /** Has a volume and a user of its own. */
  database: ['VOLUME /data', 'USER app', `CMD ${serving('id -u; exec sleep 3600')}`],
  /** Names a program that it has not. */
  broken: ['CMD ["nowhere"]'],
}

/** Makes the images of sidecars that tests start, unless they are there. */
export async function provideSidecarImages(): Promise<Readonly<Record<keyof typeof changes, string>>> {
  const image = await provideTestImage()
  const docker = new Docker()
  const names: Record<string, string> = {}
  for (const [name, lines] of Object.entries(changes)) names[name] = await provide(docker, image, { name, lines })
  return names as Record<keyof typeof changes, string> // the loop has made each of them
}

async function provide(
  docker: Docker,
  image: string,
  { name, lines }: { name: string; lines: readonly string[] },
): Promise<string> {
  const [repo, tag] = [`narwhal-test/sidecar-${name}`, '1']
  const isThere = await docker
    .getImage(`${repo}:${tag}`)
    .inspect()
    .then(
      () => true,
      () => false,
    )
  if (isThere) return `${repo}:${tag}`
  const container = await docker.createContainer({ Image: image, Cmd: ['true'] })
  await container.commit({ repo, tag, changes: lines.join('\n') })
  await container.remove()
  return `${repo}:${tag}`
}

function serving(script: string): string {
  return JSON.stringify(['sh', '-c', script])
}
