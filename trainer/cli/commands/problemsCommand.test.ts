import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../protocol/problem.ts'
import { EXIT } from '../exitCodes.ts'
import { eachInRunFolder, lines } from '../runFolder.fixture.ts'

describe('lab problems', () => {
  const here = eachInRunFolder()
  const { lab } = here

  it('prints the same problems for the same seed, held-out and training apart', async () => {
    const ids = async (...args: string[]): Promise<string[]> => {
      const { code, out } = await lab(['problems', 'arithmetic-chain', '--count', '40', ...args])
      assert.equal(code, EXIT.finished)
      return lines(out).map((line) => Problem.parse(line).id)
    }
    const heldOut = await ids('--split', 'held-out')
    assert.equal(new Set(heldOut).size, 40)
    assert.deepEqual(await ids('--split', 'held-out'), heldOut)
    assert.notDeepEqual(await ids('--split', 'held-out', '--seed', '2'), heldOut)
    const others = [...(await ids('--split', 'train')), ...(await ids('--split', 'tuning'))]
    assert.equal(new Set([...heldOut, ...others]).size, 40 + new Set(others).size)
  })

  it('says when there are no more', async () => {
    const { out, err } = await lab(['problems', 'countdown', '--count', '500', '--split', 'held-out', '--options', '{"count":2,"largest":3,"lowestTarget":2,"highestTarget":9}'])
    assert.ok(lines(out).length < 500)
    assert.match(err, /^There are only \d+ different problems with these options\.\n$/)
  })

  it('reads a data set named from where people stand', async () => {
    writeFileSync(join(here.folder, 'd.jsonl'), Array.from({ length: 40 }, (_, i) => JSON.stringify({ prompt: `${i} + 1 =`, gold: String(i + 1) })).join('\n'))
    const { code, out } = await lab(['problems', 'jsonl', '--split', 'train', '--count', '3', '--options', '{"path":"d.jsonl","grader":"numeric"}'])
    assert.equal(code, EXIT.finished)
    for (const line of lines(out)) assert.equal(Number(Problem.parse(line).prompt.split(' ')[0]) + 1, Number(Problem.parse(line).gold))
    const missing = await lab(['problems', 'jsonl', '--options', '{"path":"none.jsonl"}'])
    assert.equal(missing.code, EXIT.usage)
    assert.match(missing.err, /^error: [^\n]*none\.jsonl/)
  })

  it('refuses unknown splits and options', async () => {
    assert.match((await lab(['problems', 'countdown', '--split', 'test'])).err, /^error: --split is "test"\.\n {2}at --split\n {2}Allowed: train, held-out, tuning\.\n$/)
      assert.match((await lab(['problems', 'countdown', '--split', 'heldout2'])).err, /\n {2}Did you mean "held-out"\? Allowed: /)
    assert.match((await lab(['problems', 'countdown', '--options', '[]'])).err, /^error: --options is "\[\]"\.\n/)
    assert.match((await lab(['problems', 'count-down'])).err, /Did you mean “countdown”\?/)
  })
})
