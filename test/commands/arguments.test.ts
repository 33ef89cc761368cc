import { argumentsIn } from '../../srv/commands/arguments.ts'

const read = (args: string[], operands?: number) => argumentsIn(args, ['before', 'by'], operands)

describe('The arguments of a command', () => {
  it.each<[string[], number, object, string[]]>([
    [[], 0, {}, []],
    [['--before', '2024-01-01', '--by=ann'], 0, { before: '2024-01-01', by: 'ann' }, []],
    [['file', '--by', '-'], 1, { by: '-' }, ['file']],
    [['--', '--by'], 1, {}, ['--by']]
  ])('are read: %j', (args, operands, values, positionals) =>
    expect(read(args, operands)).toEqual({ values, positionals })
  )

  it.each<[string[], number, string]>([
    [['--befor', 'x'], 0, "there is no option '--befor', only --before, --by."],
    [['-x'], 0, "there is no option '-x', only --before, --by."],
    [['--by'], 0, '--by needs a value, after = if that begins with a dash.'],
    [['--by', '--before'], 0, '--by needs a value, after = if that begins with a dash.'],
    [['--by', '-1'], 0, '--by needs a value, after = if that begins with a dash.'],
    [['--by', ''], 0, '--by must not be empty.'],
    [['--by='], 0, '--by must not be empty.'],
    [['--by', 'ann', '--by', 'ann'], 0, '--by was given more than once.'],
    [
      ['file'],
      0,
      "there is an argument too many: 'file'. npm passes on the options that stand after --, and no others."
    ],
    [['file', 'other'], 1, "there is an argument too many: 'other'."]
  ])('are refused: %j', (args, operands, sentence) => expect(() => read(args, operands)).toThrow(sentence))
})
