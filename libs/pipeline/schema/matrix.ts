import { Type } from 'typebox'
import { hints } from './form.ts'
import { Scalar } from './texts.ts'

const axisPattern = '^(?!(?:include|exclude|fail-fast)$)[A-Za-z_][A-Za-z0-9_-]*$'

const axes = {
  noun: 'an axis of the matrix',
  fix: 'Use letters, digits, _ and -, and begin with a letter or _, for example: node',
}

const AxisValue = Scalar({ example: 'node: [22, 24]' }, { minLength: 1, maxLength: 200 })

const Cells = (description: string, example: string) =>
  Type.Array(
    Type.Record(Type.String({ pattern: axisPattern }), AxisValue, {
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 20,
      ...hints({ noun: 'a combination', example: '{ node: 24, os: alpine }', names: axes }),
    }),
    { description, maxItems: 256, ...hints({ example }) },
  )

/** Values under the names of axes, beside three keys of ours. */
export const Matrix = Type.Object(
  {
    include: Type.Optional(Cells('Combinations that are there as well.', 'include: [{ node: 26, os: alpine }]')),
    exclude: Type.Optional(Cells('Combinations that are not there.', 'exclude: [{ node: 22, os: alpine }]')),
    'fail-fast': Type.Optional(
      Type.Boolean({
        description: 'Whether the first that fails cancels the others.',
        ...hints({ example: 'fail-fast: true', otherwise: 'false' }),
      }),
    ),
  },
  {
    description:
      'The job runs once for every combination of the values of these axes; read as `matrix.<axis>`. Values are texts: 1.10 stays 1.10.',
    minProperties: 1,
    maxProperties: 23, // 20 axes and our own keys
    patternProperties: {
      [axisPattern]: Type.Array(AxisValue, {
        description: 'An axis and its values.',
        minItems: 1,
        maxItems: 256,
        ...hints({ example: 'node: [22, 24]' }),
      }),
    },
    additionalProperties: false,
    ...hints({ noun: '`matrix`', example: 'matrix: { node: [22, 24] }', names: axes, published: 'matrix' }),
  },
)
