import { expect, test } from 'vitest'
import { engineAddress } from '../setup/engine-address.ts'
import { provideEngine } from '../setup/provide-engine.ts'

test.each([
  [undefined, { socketPath: '/var/run/docker.sock' }],
  ['', { socketPath: '/var/run/docker.sock' }],
  ['unix:///run/podman/podman.sock', { socketPath: '/run/podman/podman.sock' }],
])('DOCKER_HOST %j is an address', (name, address) => {
  expect(engineAddress({ DOCKER_HOST: name })).toEqual(address)
})

test.each(['tcp://127.0.0.1:2376', 'ssh://box', 'box:2375', 'unix://', 'unix://docker.sock'])(
  'DOCKER_HOST %j is refused with what to write',
  (name) => {
    expect(() => engineAddress({ DOCKER_HOST: name })).toThrow(/is not supported: .* unix:\/\/\/path/)
  },
)

test('an engine that is not supported is told before anything else', async () => {
  const printed: string[] = []
  const options = { confirm: async () => true, interactive: true, setup: true, dataDir: '/nowhere' }
  const { signal } = new AbortController()
  const env = { DOCKER_HOST: 'tcp://127.0.0.1:1' }

  const provided = provideEngine({ ...options, print: (line) => printed.push(line), env, signal })

  await expect(provided).rejects.toThrow('DOCKER_HOST is tcp://127.0.0.1:1, which is not supported')
  expect(printed).toEqual([])
})
