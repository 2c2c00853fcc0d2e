import assert from 'node:assert/strict'
import { commandLine } from './commandLine.fixture.ts'
import { EXIT } from './exitCodes.ts'
import { shippedCatalogue } from './catalogue.ts'

describe('help', () => {
  const lab = (...args: string[]): ReturnType<typeof commandLine> => commandLine('.', args)

  it('says what has to be given, and nothing of switches that are off', async () => {
    const { code, out } = await lab('sample', '--help')
    assert.equal(code, EXIT.finished)
    assert.match(out, /--prompt <text> +what the model is given \(required\)\n/)
    assert.match(out, /--n <n> +how many completions \(default: 1\)\n/)
    assert.match(out, /--threads <n> +CPU threads; 0 = all cores \(default: 0\)\n/)
    assert.doesNotMatch(out, /default: false/)
  })

  it('names the environments where one is asked for', async () => {
    for (const args of [['problems', 'draw'], ['eval']]) {
      const words = (await lab(...args, '--help')).out.split(/[\s,]+/)
      assert.deepEqual(shippedCatalogue.environments.filter((name) => !words.includes(name)), [], args.join(' '))
    }
  })

  it('is that of the command that is named, and says where there is none', async () => {
    for (const [args, same] of [[['help', 'labels'], ['labels', '--help']], [['labels', 'help', 'list'], ['labels', 'list', '--help']], [['help'], ['--help']]] as const) {
      const [asked, meant] = [await lab(...args), await lab(...same)]
      assert.deepEqual([asked.code, asked.out, asked.err], [EXIT.finished, meant.out, ''])
    }
    const { code, err } = await lab('labels', 'help', 'nothing')
    assert.deepEqual([code, err], [EXIT.usage, `error: unknown command 'nothing'\n(lab labels --help lists the commands)\n`])
  })

  it('is that of the command in which a mistake was made', async () => {
    const mistakes: [string[], string][] = [
      [['run'], `error: missing required argument 'file'\n(lab run --help lists its options)\n`],
      [['problems'], `error: missing required argument 'environment'\n(lab problems draw --help lists its options)\n`],
      [['labels', 'lst'], `error: unknown command 'lst'\n(Did you mean list?)\n(lab labels --help lists the commands)\n`],
      [['rnu'], `error: unknown command 'rnu'\n(Did you mean run?)\n(lab --help lists the commands)\n`]
    ]
    for (const [args, expected] of mistakes) {
      const { code, err } = await lab(...args)
      assert.deepEqual([code, err], [EXIT.usage, expected])
    }
  })
})
