import { expect, test } from 'vitest'
import { startTestAttempt } from './engine-fixture.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

// What the scripted engine interprets means the same as in a real `sh`: script, log, exit code.
const scripts: readonly (readonly [script: string, log: string, exitCode: number])[] = [
  ['echo one > file\necho two >> file\ncat file', 'one\ntwo\n', 0],
  ['echo one > file; echo two > file; cat file', 'two\n', 0],
  ['echo lost > /dev/null', '', 0],
  ['echo to stderr >&2; echo after 2>&1', 'to stderr\nafter\n', 0],
  ['mkdir -p a/b/c; echo x > a/b/c/d; ls a/b; ls a/b/c', 'c\nd\n', 0],
  ['mkdir -p a; cd a; echo x > here; cd ..; cat a/here', 'x\n', 0],
  ['mkdir -p a; echo x > a/b; cp a/b c; cat c; cp -r a e; cat e/b', 'x\nx\n', 0],
  ['echo x > file; rm file; test -e file', '', 1],
  ['mkdir -p a/b; rm -rf a nothing; test -d a || echo gone', 'gone\n', 0],
  ['test -d . && test -e . && [ -n word ] && [ -z "" ] && echo yes', 'yes\n', 0],
  ['echo x > full; : > empty; test -s full && echo full; test -s empty || echo empty', 'full\nempty\n', 0],
  ['test a = a && test a != b && test 2 -lt 10 && test ! -e nothing && echo yes', 'yes\n', 0],
  ['test 1 -ge 2', '', 1],
  ['test -n "$OWN" && echo "$OWN"; test -n "$NOBODYS" || echo none', 'mine\nnone\n', 0],
  ['false || true && echo both', 'both\n', 0],
  ['echo "a  b"   c # comment', 'a  b c\n', 0],
  ['echo \'single $OWN\' "double $OWN" plain\\ $OWN', 'single $OWN double mine plain mine\n', 0],
  ['exit 300', '', 44],
]

/** Scripts that every engine understands in the same way. */
export function testScripts(under: EngineUnderTest): void {
  test.each(scripts)('the script %j prints %j and ends with %i', async (script, log, exitCode) => {
    await using attempt = await startTestAttempt(under.engine, under.image)

    const end = await attempt.run(script, { env: { OWN: 'mine' } })

    expect(await attempt.log()).toBe(log)
    expect(end.exitCode).toBe(exitCode)
  })
}
