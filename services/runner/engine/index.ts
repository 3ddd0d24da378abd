export { openEngine, socketPathOf } from './open-engine.ts'
export { readRegistryLogins } from './read-registry-logins.ts'
