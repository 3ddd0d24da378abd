import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../index.ts'
import { describeKept } from './kept-contract.ts'

describeKept('memory:', async () => {
  const store = await openStore('memory:')
  return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})

describeKept('sqlite:', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-store-'))
  const store = await openStore(`sqlite:${directory}/store.sqlite`)
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
})
