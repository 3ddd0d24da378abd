import { Type } from 'typebox'
import { hints } from './form.ts'
import { Scalar, variablePattern } from './texts.ts'

const variables = {
  noun: 'an environment variable',
  fix: 'Use letters, digits and _, and begin with a letter or _, for example: NODE_ENV',
}

/** Environment variables; numbers and booleans become the text that stands in the file. */
export const Env = Type.Record(
  Type.String({ pattern: variablePattern }),
  Scalar({ example: 'PORT: 8080, or "" for an empty text', template: 'start' }),
  {
    description: 'Environment variables. Numbers and booleans arrive as they stand in the file.',
    additionalProperties: false,
    ...hints({ example: 'env: { NODE_ENV: test }', names: variables, maxBytes: 128 * 1024, published: 'env' }),
  },
)

const SecretName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: variablePattern,
  ...hints({ example: 'secrets: [DEPLOY_TOKEN]', must: 'be letters, digits and _, and begin with a letter or _' }),
})

/** Names of secrets, which become variables of the same name; or variable → name. */
export const Secrets = Type.Union(
  [
    Type.Array(SecretName, { maxItems: 100, ...hints({ example: 'secrets: [DEPLOY_TOKEN]' }) }),
    Type.Record(Type.String({ pattern: variablePattern }), SecretName, {
      additionalProperties: false,
      maxProperties: 100,
      ...hints({ example: 'secrets: { TOKEN: DEPLOY_TOKEN }', names: variables }),
    }),
  ],
  {
    description:
      'Secrets that become environment variables: a list of names, or a map of variable to name. Masked in logs; builds of strangers get none.',
    ...hints({ example: 'secrets: [DEPLOY_TOKEN]', published: 'secrets' }),
  },
)
