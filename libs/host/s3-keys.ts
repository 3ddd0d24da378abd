import { type Environment, optional } from './config.ts'
import { text } from './config-readers.ts'

/** The keys of the bucket that NARWHAL_BLOBS may name, for `readConfig`. They stand in no log and no error. */
export const s3Keys = {
  s3AccessKey: optional('NARWHAL_S3_ACCESS_KEY', text, undefined),
  s3SecretKey: optional('NARWHAL_S3_SECRET_KEY', text, undefined),
}

/** Where no keys are set under our own names, those under the names that all tools for S3 know, both or neither. */
export function withAwsKeys(env: Environment): Environment {
  const { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret } = env
  const own = ['NARWHAL_S3_ACCESS_KEY', 'NARWHAL_S3_SECRET_KEY'].flatMap((name) => [env[name], env[`${name}_FILE`]])
  if (!access || !secret || own.some((value) => value)) return env
  return { ...env, NARWHAL_S3_ACCESS_KEY: access, NARWHAL_S3_SECRET_KEY: secret }
}
