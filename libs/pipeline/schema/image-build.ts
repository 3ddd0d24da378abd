import { Type } from 'typebox'
import { hints } from './form.ts'
import { InsidePath, OneOrMore, Run, Scalar, wordPattern } from './texts.ts'

const ImageTag = Type.String({
  minLength: 1,
  maxLength: 512,
  pattern: wordPattern,
  ...hints({ example: 'tags: ["shop/web:${{ sha }}"]', must: 'be one word', template: 'start' }),
})

/** The inputs of `uses: image`. */
export const ImageBuild = Type.Object(
  {
    context: Type.Optional(
      Type.String({
        ...InsidePath('context: web', { template: 'start' }),
        description: 'Directory of the build context, in the workspace.',
        ...hints({
          example: 'context: web',
          must: 'be a path below the workspace: no `/` in front, no `..`',
          template: 'start',
          otherwise: 'the workspace',
        }),
      }),
    ),
    file: Type.Optional(
      Type.String({
        ...InsidePath('file: Dockerfile'),
        description: 'The Dockerfile, in the context.',
        ...hints({
          example: 'file: Dockerfile.web',
          must: 'be a path below the context: no `/` in front, no `..`',
          template: 'start',
          otherwise: 'Dockerfile',
        }),
      }),
    ),
    args: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
        Scalar({ example: 'NODE: 24', template: 'start' }),
        {
          description: 'Arguments of the build.',
          additionalProperties: false,
          maxProperties: 100,
          ...hints({
            example: 'args: { NODE: 24 }',
            names: {
              noun: 'an argument of the build',
              fix: 'Use letters, digits and _, and begin with a letter or _, for example: NODE',
            },
            maxBytes: 128 * 1024,
          }),
        },
      ),
    ),
    tags: Type.Optional(
      OneOrMore(ImageTag, {
        description: 'Full names of the image, with the registry where there is one.',
        maxItems: 20,
        example: 'tags: ["shop/web:${{ sha }}"]',
        otherwise: 'none',
      }),
    ),
    push: Type.Optional(
      Type.Boolean({
        description: 'Whether the tags are pushed to their registries.',
        ...hints({ example: 'push: true', otherwise: 'false' }),
      }),
    ),
    validate: Type.Optional(
      Type.String({
        ...Run,
        description:
          'A command that must pass in a container of the new image, without network, before the image is tagged.',
        ...hints({ example: 'validate: node --version', role: 'shell', maxBytes: 96 * 1024 }),
      }),
    ),
    skip: Type.Optional(
      Type.Boolean({
        description: 'Whether nothing is built when the same content was built already.',
        ...hints({ example: 'skip: false', otherwise: 'true' }),
      }),
    ),
  },
  {
    description: 'Inputs of `uses`.',
    additionalProperties: false,
    ...hints({ noun: '`with`', example: 'with: { tags: ["shop/web:1"] }', published: 'imageBuild' }),
  },
)
