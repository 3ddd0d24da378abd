import { Type } from 'typebox'
import { Env } from './environment.ts'
import { hints } from './form.ts'
import { Resources } from './limits.ts'
import { ImageOr } from './texts.ts'

const labelPattern = '^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$'

const SidecarImage = Type.String({
  ...ImageOr(''),
  description: 'Container image of the sidecar; its own command runs.',
  ...hints({ example: 'image: postgres:17', must: 'be one word', template: 'start' }),
})

const FullSidecar = Type.Object(
  {
    image: SidecarImage,
    env: Type.Optional(Env),
    ready: Type.Optional(
      Type.String({
        description: 'A command inside it that succeeds once it is ready.',
        minLength: 1,
        maxLength: 4096,
        ...hints({
          example: 'ready: pg_isready -U postgres',
          role: 'shell',
          otherwise: 'its HEALTHCHECK, or its port answers',
        }),
      }),
    ),
    resources: Type.Optional(Resources),
  },
  {
    additionalProperties: false,
    ...hints({ noun: 'a sidecar', place: 'sidecar', example: 'db: postgres:17', published: 'sidecar' }),
  },
)

/** Containers beside the steps, under their host names. */
export const Sidecars = Type.Record(
  Type.String({ pattern: labelPattern }),
  Type.Union([SidecarImage, FullSidecar], hints({ noun: 'a sidecar', example: 'db: postgres:17' })),
  {
    description:
      'Sidecars: containers beside the steps, which reach them under their host names. Host name to image, or to `{image, env, ready, resources}`.',
    additionalProperties: false,
    maxProperties: 20,
    ...hints({
      example: 'services: { cache: redis:8 }',
      published: 'sidecars',
      otherwise: 'none',
      names: {
        noun: 'a host',
        fix: 'Use lower-case letters, digits and -, 63 at the most; begin and end with a letter or digit, for example: db',
      },
    }),
  },
)
