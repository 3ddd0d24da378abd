import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { provideEngine } from '../setup/provide-engine.ts'
import { demoImage, provideDemoImage } from '../setup/provide-demo-image.ts'

const { signal } = new AbortController()

test('an engine that answers is left as it is, without a word', async () => {
  const lines: string[] = []
  const neverAsk = () => Promise.reject(new Error('nobody is there'))
  const options = {
    print: collect(lines),
    confirm: neverAsk,
    interactive: false,
    setup: false,
    dataDir: '/nonexistent',
  }

  await provideEngine({ ...options, env: process.env, signal })

  expect(lines).toEqual([])
})

test('the demo image has a shell, and is provided once', async () => {
  const lines: string[] = []
  await provideDemoImage({ print: () => {}, setup: true, env: process.env, signal })

  await provideDemoImage({ print: collect(lines), setup: true, env: process.env, signal })

  expect(lines).toEqual([])
  expect(
    await outputOf(['sh', '-ec', 'cd /tmp; echo "$(id -un) $(uname -s)"; mkfifo pipe; cat /etc/passwd | head -n 1']),
  ).toMatch(/^root Linux\nroot:x:0:0:/)
})

async function outputOf(command: string[]): Promise<string> {
  const docker = new Docker()
  const container = await docker.createContainer({ Image: demoImage, Cmd: command, NetworkDisabled: true, Tty: true })
  try {
    await container.start()
    await container.wait()
    const log = await container.logs({ stdout: true, stderr: true })
    return log.toString().replaceAll('\r', '')
  } finally {
    await container.remove({ force: true })
  }
}

function collect(lines: string[]): (line: string) => void {
  return (line) => void lines.push(line)
}
