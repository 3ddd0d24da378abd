import { expect, test } from 'vitest'
import { engineAddress } from '../setup/engine-address.ts'

test.each([
  [undefined, { socketPath: '/var/run/docker.sock' }],
  ['', { socketPath: '/var/run/docker.sock' }],
  ['unix:///run/podman/podman.sock', { socketPath: '/run/podman/podman.sock' }],
  ['tcp://127.0.0.1:2376', { host: '127.0.0.1', port: 2376 }],
  ['tcp://box', { host: 'box', port: 2375 }],
])('DOCKER_HOST %j is an address', (name, address) => {
  expect(engineAddress({ DOCKER_HOST: name })).toEqual(address)
})

test.each(['ssh://box', 'box:2375', 'tcp://', 'http//'])('DOCKER_HOST %j is refused with what to write', (name) => {
  expect(() => engineAddress({ DOCKER_HOST: name })).toThrow(/unix:\/\/.*tcp:\/\//)
})
