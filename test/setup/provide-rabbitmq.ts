import { startRabbitmq } from './start-rabbitmq.ts'

/** A broker to test with: that of NARWHAL_TEST_AMQP_URL, which is left as it is, else one of our own. */
export async function provideRabbitmq(): Promise<AsyncDisposable & { readonly url: string }> {
  const url = process.env['NARWHAL_TEST_AMQP_URL']
  if (url === undefined || url === '') return startRabbitmq()
  return { url, async [Symbol.asyncDispose]() {} }
}
