import { expect, test } from 'vitest'
import { buildProblem } from '../engine/docker/build-problem.ts'
import { pullProblem, pushProblem } from '../engine/docker/image-problem.ts'
import { registryLogins, registryOf } from '../engine/docker/registry-logins.ts'

test.each([
  ['node:24', 'docker.io'],
  ['library/node', 'docker.io'],
  ['owner/name@sha256:0', 'docker.io'],
  ['localhost/name', 'localhost'],
  ['localhost:5000/name:1', 'localhost:5000'],
  ['registry.example/owner/name', 'registry.example'],
])('the image %s is at %s', (image, registry) => {
  expect(registryOf(image)).toBe(registry)
})

const ada = { username: 'ada', password: 'secret' }

test.each([
  ['docker.io', 'node:24', 'https://index.docker.io/v1/'],
  ['https://index.docker.io/v1/', 'owner/name', 'https://index.docker.io/v1/'],
  ['registry.example', 'registry.example/a', 'registry.example'],
  ['https://registry.example', 'registry.example/a', 'registry.example'],
  ['registry.example:5000', 'registry.example:5000/a', 'registry.example:5000'],
])('a login kept for %s is used for %s', (kept, image, serveraddress) => {
  expect(registryLogins({ [kept]: ada }).of(image)).toEqual({ ...ada, serveraddress })
})

test.each(['node:24', 'other.example/a', 'registry.example:5000/a', '__proto__/a'])(
  'the login of one registry is not told where %s is',
  (image) => {
    expect(registryLogins({ 'registry.example': ada }).of(image)).toBeUndefined()
  },
)

test('a build is told every login', () => {
  const logins = registryLogins({ 'docker.io': ada, 'registry.example': ada })

  expect(Object.keys(logins.all)).toEqual(['https://index.docker.io/v1/', 'registry.example'])
})

test.each([
  ['manifest unknown: manifest unknown', 'IMAGE_NOT_FOUND'],
  ['no matching manifest for linux/arm64 in the manifest list entries', 'IMAGE_NOT_FOUND'],
  ["pull access denied for nod, repository does not exist or may require 'docker login'", 'IMAGE_NOT_FOUND'],
  ['Get "https://registry.example/v2/": unauthorized: authentication required', 'IMAGE_ACCESS_DENIED'],
  ['Get "https://registry.example/v2/": no basic auth credentials', 'IMAGE_ACCESS_DENIED'],
  ['denied: requested access to the resource is denied', 'IMAGE_ACCESS_DENIED'],
  ['received unexpected HTTP status: 503 Service Unavailable', 'IMAGE_PULL_FAILED'],
  ['Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host', 'IMAGE_PULL_FAILED'],
  ['toomanyrequests: You have reached your pull rate limit', 'IMAGE_PULL_FAILED'],
  ['write /var/lib/x: no space left on device', 'DISK_FULL'],
])('a pull that fails with "%s" is %s', (text, code) => {
  expect(pullProblem('registry.example/a', text)).toMatchObject({ code })
})

test.each([
  ['denied: requested access to the resource is denied', 'IMAGE_ACCESS_DENIED'],
  ['received unexpected HTTP status: 503 Service Unavailable', 'IMAGE_PUSH_FAILED'],
])('a push that fails with "%s" is %s', (text, code) => {
  expect(pushProblem('registry.example/a', text)).toMatchObject({ code })
})

test('who is not let in is told where', () => {
  const problem = pullProblem('registry.example/a', 'unauthorized: authentication required')

  expect(problem.message).toContain('registry.example ')
})

test.each([
  ["The command '/bin/sh -c false' returned a non-zero code: 1", 'IMAGE_BUILD_FAILED'],
  ['dockerfile parse error line 1: unknown instruction: FORM', 'IMAGE_BUILD_FAILED'],
  ['the --mount option requires BuildKit.', 'IMAGE_BUILD_UNSUPPORTED'],
  ['Get "https://registry.example/v2/": net/http: TLS handshake timeout', 'IMAGE_PULL_FAILED'],
  ['ApplyLayer exit status 1: write /x: no space left on device', 'DISK_FULL'],
])('a build that fails with "%s" is %s', (text, code) => {
  expect(buildProblem(text, '')).toMatchObject({ code })
})
