import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionRecord } from '../../protocol/execution.ts'
import { Problem } from '../../protocol/problem.ts'
import { EXIT } from '../exitCodes.ts'
import { eachInRunFolder, lines } from '../runFolder.fixture.ts'

describe('lab score', () => {
  const here = eachInRunFolder()
  const { lab } = here

  const score = async (completions: unknown[], ...args: string[]): ReturnType<typeof lab> => {
    writeFileSync(join(here.folder, 'c.jsonl'), completions.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
    return lab(['score', 'a.run.json', '--completions', 'c.jsonl', ...args])
  }
  const problem = async (split: string): Promise<Problem> => Problem.parse(lines((await lab(['problems', 'arithmetic-chain', '--count', '1', '--split', split])).out)[0])

  it('scores by problem id of either split, by prompt and gold, and by whole problem', async () => {
    const [heldOut, train] = [await problem('held-out'), await problem('train')]
    const { code, out } = await score([
      { problemId: heldOut.id, completion: `${solution(heldOut)}` },
      { problemId: train.id, completion: 'answer 51' },
      { prompt: '26 * 2 + 6 :', gold: '8', completion: '26 * 2 = 2 ; 2 + 6 = 8 answer 8' },
      { problem: train, completion: solution(train) }
    ], '--set', 'rewards=[{"name":"answer","weight":2},{"name":"format","weight":0.5}]')
    assert.equal(code, EXIT.finished)
    const scored = lines(out) as { total: number; parts: { name: string; score: number; weight: number; why: string }[] }[]
    assert.deepEqual(scored.map(({ total }) => total), [2.5, 0.5, 2.5, 2.5])
    assert.deepEqual(scored[2]?.parts.map(({ name, score, weight }) => [name, score, weight]), [['answer', 1, 2], ['format', 1, 0.5]])
    assert.ok(scored.every(({ parts }) => parts.every(({ why }) => why !== '')))
  })

  it('takes the rewards and the room of the last stage of reinforcement learning', async () => {
    const stages = [{ name: 'first' }, { name: 'last', rewards: [{ name: 'answer', weight: 3 }, { name: 'length', weight: 1 }], sampling: { maxTokens: 40 } }]
    const { out } = await score([{ prompt: '26 * 2 + 6 :', gold: '8', completion: '26 * 2 = 2 ; 2 + 6 = 8 answer 8', tokens: 30 }], '--set', `stages=${JSON.stringify(stages)}`)
    const [scored] = lines(out) as { parts: { name: string; weight: number; why: string }[] }[]
    assert.deepEqual(scored?.parts.map(({ name, weight }) => [name, weight]), [['answer', 3], ['length', 1]])
    assert.match(scored!.parts[1]!.why, /40/)
  })

  it('answers each bad line with an error in its place and goes on', async () => {
    const { code, out } = await score([
      'no json', { completion: 1 }, { problemId: 'nobody', completion: '' }, { prompt: 'not a chain', completion: '' },
      { prompt: '26 * 2 + 6 :', completion: 'answer 8', environment: 'countdown' }, { prompt: '26 * 2 + 6 :', completion: '26 * 2 = 2 ; 2 + 6 = 8 answer 8' }
    ])
    assert.equal(code, EXIT.failed)
    const scored = lines(out) as { error?: string; total?: number }[]
    assert.deepEqual(scored.map(({ error }) => error?.replace(/[:,].*/, '')), ['line 1', 'line 2', 'line 3', 'line 4', 'line 5', undefined])
    assert.equal(scored[5]?.total, 1)
    assert.match(String(scored[2]?.error), /no problem "nobody" among the first 10000 of each split/)
  })

  it('executes completions that are programs, and says what each execution showed', async () => {
    const drawn = Problem.parse(lines((await lab(['problems', 'function-synthesis', '--count', '1'])).out)[0])
    const program = (value: string): object => ({ problem: drawn, completion: `answer function f ( a , b ) { return ${value} }` })
    const { code, out } = await score([program(drawn.gold!), program('"0"'), program('process.exit(0)'), { problem: drawn, completion: 'no program' }],
      '--set', 'environment={"name":"function-synthesis"}', '--set', 'rewards=[{"name":"tests"},{"name":"tamper","weight":-1}]')
    assert.equal(code, EXIT.finished)
    const scored = lines(out) as { total: number; executions?: ExecutionRecord[] }[]
    assert.deepEqual(scored.map(({ total }) => total), [1, 0, -1, 0])
    const verdicts = scored.map(({ executions = [] }) => executions.map(({ tests }) => [...new Set(tests.map(({ verdict }) => verdict))]))
    assert.deepEqual(verdicts, [[['pass']], [['wrongValue']], [['noResult']], []])
  })

  it('refuses a missing file of completions', async () => {
    const { code, err } = await lab(['score', 'a.run.json', '--completions', 'none.jsonl'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: There is no file none\.jsonl\.\n {2}at --completions\n/)
  })
})

/** The chain worked out from left to right modulo 50, by hand. */
function solution({ prompt }: Problem): string {
  const [first, ...rest] = prompt.replace(' :', '').split(' ')
  let value = Number(first)
  const steps: string[] = []
  for (let i = 0; i < rest.length; i += 2) {
    const operand = Number(rest[i + 1])
    const raw = rest[i] === '+' ? value + operand : rest[i] === '-' ? value - operand : value * operand
    const result = ((raw % 50) + 50) % 50
    steps.push(`${value} ${rest[i]} ${operand} = ${result}`)
    value = result
  }
  return `${steps.join(' ; ')} answer ${value}`
}
