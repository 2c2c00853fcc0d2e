import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import { checkWhere } from './whereCheck.ts'

const check = (where: string): Promise<void> => checkWhere(where, ['answer', 'length#2'])

async function refusal(where: string): Promise<LabError> {
  const error: unknown = await check(where).then(() => assert.fail(`taken: ${where}`), (thrown: unknown) => thrown)
  assert.ok(LabError.is(error, 'wrong-where'), String(error))
  return error
}

describe('an expert’s condition', () => {
  for (const where of [
    'kept', 'NOT kept', 'reward < 0.5 AND completionTokens > 100', 'advantage BETWEEN -0.5 AND 1', "problemId LIKE '%a' OR problemId NOT ILIKE 'b_' -- remark", "id SIMILAR TO 't.*' AND id ^@ 't'",
    'parts.answer > 0.5', "parts['length#2'] IS NULL", 'parts."length#2" IN (1, 2)', 'step % 10 = 0 AND step // 2 > -3', "stopReason IN ('length', 'error')", 'reward IS NOT DISTINCT FROM 1',
    'CASE WHEN correct THEN reward > 0 ELSE reward IS NULL END', 'coalesce(reward, 0) > 0', 'round(abs(reward) * 10) >= greatest(1, 2)', "len(id) > 3 AND id[1:2] = 't0' AND lower(id).contains('t')",
    'CAST(problemId AS INTEGER) > 0', 'step::DOUBLE / 3 > 1.5', 'random() < 0.1', "regexp_matches(id, '^t\\d+')", "(kind, step) IN (('train', 1))", '(\n(step > 1)\n) AND (/* brushed */ reward > 0)'
  ]) {
    it(`may be ${where.replaceAll('\n', ' ')}`, () => check(where))
  }

  it('is refused at once where it would make much of little, and says what it may call', async () => {
    const startedAt = performance.now()
    for (const [where, name] of [
      ["len(repeat('x', 1500000000)) > 1", 'repeat'], ["lpad('x', 1500000000, 'y') = id", 'lpad'], ['len(range(1000000000)) > 1', 'range'], ["len(printf('%1500000000d', 1)) > 1", 'printf'],
      ["true) OR (len(main.REPEAT('x', 1500000000)) > 1", 'repeat'], ['list_sum(list_transform([1, 2], lambda x: x)) > 1', 'list_sum'], ["replace('xx', 'x', 'xxxxxxxx') = id", 'replace'], ['count(*) > 1', 'count_star']
    ] as const) {
      const { message, remedy } = await refusal(where)
      assert.equal(message, `The condition cannot be used. It calls ${name}, which no condition may.`)
      assert.match(remedy, /\babs\b.*\blength\b.*\bupper\b/)
    }
    assert.ok(performance.now() - startedAt < 10_000)
  })

  it('says what to do in place of a SELECT', async () => {
    const { message, remedy } = await refusal('reward >= (SELECT avg(reward) FROM rollouts)')
    assert.equal(message, 'The condition cannot be used. It contains a SELECT, but is asked of each rollout by itself.')
    assert.match(remedy, /Write the number in place of the SELECT/)
    for (const where of ["EXISTS (SELECT * FROM '/etc/passwd')", 'reward IN (FROM rollouts)', 'reward > ANY (SELECT 1)']) assert.match((await refusal(where)).message, /contains a SELECT/)
  })

  it('is nothing but a condition', async () => {
    for (const [where, says] of [
      ['reward >', /syntax error/], ["id = 'x", /unterminated|syntax error/], ['true); DROP TABLE rollouts; SELECT (true', /more than a condition|syntax error|SELECT/i], ['true) UNION SELECT 1 FROM rollouts WHERE (true', /more than a condition/],
      ['COLUMNS(*) > 1', /a star/], ['row_number() OVER () > 1', /calls row_number/], ['reward > $1', /a parameter/], ['nothing = 1', /"nothing"/], ['true) LIMIT (1', /syntax error/], ['', /syntax error/]
    ] as const) assert.match((await refusal(where)).message, says, where)
  })
})
