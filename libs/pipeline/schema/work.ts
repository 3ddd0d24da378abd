import { Type } from 'typebox'
import { hints } from './form.ts'
import { ImageBuild } from './image-build.ts'
import { Condition, InsidePath } from './texts.ts'

// Keys of jobs and steps alike.

/** What runs and when; where the commands run is in `placeKeys`. */
export const workKeys = {
  uses: Type.Optional(
    Type.Enum(['image'], {
      description:
        'A reusable step instead of commands; its inputs stand under `with`. There is one, `image`, which builds a container image.',
      ...hints({ example: 'uses: image' }),
    }),
  ),
  with: Type.Optional(ImageBuild),
  if: Type.Optional(Condition),
  'allow-failure': Type.Optional(
    Type.Boolean({
      description: 'Its failure is shown and fails nothing else.',
      ...hints({ example: 'allow-failure: true', otherwise: 'false' }),
    }),
  ),
}

/** Where commands run. `inherited`: what holds without a key, if not the usual. */
export function placeKeys(inherited?: string) {
  return {
    dir: Type.Optional(
      Type.String({
        ...InsidePath('dir: web'),
        description: 'Directory in the workspace where the commands run.',
        ...hints({
          example: 'dir: web',
          must: 'be a path below the workspace: no `/` in front, no `..`',
          otherwise: inherited ?? 'the workspace',
        }),
      }),
    ),
    shell: Type.Optional(
      Type.String({
        description: 'The shell and its options; the image must have it.',
        minLength: 1,
        maxLength: 200,
        pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$',
        ...hints({ example: 'shell: bash -e', must: 'be one line', otherwise: inherited ?? 'sh -e' }),
      }),
    ),
    user: Type.Optional(
      Type.Union(
        [
          Type.String({
            minLength: 1,
            maxLength: 64,
            pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$',
            ...hints({ example: 'user: node', must: 'be a name or number, or two of them parted by a colon' }),
          }),
          Type.Integer({ minimum: 0, maximum: 2_147_483_647, ...hints({ asText: true, example: 'user: 1000' }) }),
        ],
        {
          description: 'The user in the container: a name or number, `user:group` too.',
          ...hints({ example: 'user: node', otherwise: inherited ?? 'as the image says' }),
        },
      ),
    ),
    privileged: Type.Optional(
      Type.Boolean({
        description:
          "A container with all rights on its machine; refused unless the runner's owner allows the repository.",
        ...hints({ example: 'privileged: true', otherwise: inherited ?? 'false' }),
      }),
    ),
  }
}
