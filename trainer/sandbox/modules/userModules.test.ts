import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ScoredGroup } from '../../algorithms/algorithm.ts'
import type { Environment } from '../../environments/environment.ts'
import { LabError } from '../../errors.ts'
import type { Problem } from '../../protocol/problem.ts'
import { randomStream } from '../../random/random.ts'
import type { RewardInput } from '../../rewards/reward.ts'
import { scoreRollout } from '../../rewards/scoreRollout.ts'
import { UserModules } from './userModules.ts'
import { Workspace } from './workspace.fixture.ts'

const refusal = (code: string, message = /./) => (error: unknown) => LabError.is(error, code) && message.test(error.message)

const REWARD = `
export const reward = {
  name: 'short',
  score: ({ completion }, { most }) => {
    if (completion === 'hang') for (;;) {}
    if (completion === 'throw') throw new TypeError('no such word')
    if (completion === 'NaN') return { score: NaN, why: '' }
    if (completion === 'text') return { score: '1', why: '' }
    return { score: completion.length <= most ? 1 : 0, why: completion.length + ' characters' }
  }
}
`
const ENVIRONMENT = `
import type { UserEnvironment } from 'rollout-lab'
export const environment: UserEnvironment = {
  name: 'sums',
  vocabulary: ['<eos>', '+', '=', ...Array.from({ length: 20 }, (_, i) => String(i))],
  generate: (random, options) => {
    const [a, b] = [random.integer(10), random.integer(10)]
    return { prompt: a + ' + ' + b + ' =', gold: String(a + b), params: { size: Number(options.size ?? 1) } }
  },
  solution: (problem) => problem.gold!,
  grade: (completion, problem) => {
    if (completion === 'hang') for (;;) {}
    if (completion === 'lie') return { correct: true, score: 0.5, why: '' }
    return { correct: completion.trim() === problem.gold, answer: completion.trim(), why: 'compared with ' + problem.gold }
  }
}
`
const ALGORITHM = `
export const algorithm = {
  name: 'sign',
  weigh: (groups, options) => ({
    weights_P_G: options.bad === 'shape' ? [] : groups.map(({ rollouts }) => rollouts.map(({ reward, tokens }) =>
      options.perToken ? Array.from({ length: tokens + (options.bad === 'tokens' ? 1 : 0) }, () => 1) : reward === null ? 9 : 2 * reward - 1)),
    loss: { terms: [{ kind: options.bad === 'loss' ? 'magic' : 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'tokenMean' } },
    as: 'advantages'
  })
}
`

describe('UserModules', () => {
  let workspace: Workspace
  let modules: UserModules
  const openWith = (deadlineSeconds: number, trustWorkspace = true): UserModules =>
    new UserModules({ workspace: workspace.folder, deadlineSeconds, trustWorkspace, approvalsFile: join(workspace.folder, 'none.json') })
  beforeEach(() => {
    workspace = new Workspace()
    workspace.write('reward.js', REWARD)
    workspace.write('environment.ts', ENVIRONMENT)
    workspace.write('algorithm.mjs', ALGORITHM)
    modules = openWith(30)
  })
  afterEach(async () => {
    await modules.close()
    workspace.remove()
  })

  it('opens nothing without approval', async () => {
    const distrustful = openWith(30, false)
    await assert.rejects(distrustful.openReward({ path: 'reward.js', options: {} }), refusal('trust/not-approved'))
    await assert.rejects(distrustful.openAlgorithm({ path: 'algorithm.mjs' }), refusal('trust/not-approved'))
    await assert.rejects(distrustful.openEnvironment({ path: 'environment.ts' }), refusal('trust/not-approved'))
  })

  it('names the export that a module lacks', async () => {
    await assert.rejects(modules.openReward({ path: 'algorithm.mjs', options: {} }), refusal('sandbox/missing-export', /"reward"/))
    await assert.rejects(modules.openAlgorithm({ path: 'reward.js' }), refusal('sandbox/missing-export', /"algorithm"/))
    await assert.rejects(modules.openEnvironment({ path: 'reward.js' }), refusal('sandbox/missing-export', /"environment"/))
  })

  it('names the module that cannot be loaded, and what is wrong with it', async () => {
    workspace.write('broken.ts', `\n\nthrow new Error('not finished')`)
    for (const open of ['openReward', 'openAlgorithm', 'openEnvironment'] as const) {
      await assert.rejects(modules[open]({ path: 'broken.ts', options: {} }), refusal('sandbox/not-loadable', /^The module broken\.ts cannot be loaded: not finished \(broken\.ts:3\)$/))
    }
  })

  describe('a reward', () => {
    const input = (completion: string): RewardInput => ({
      problem: { id: 'p', environment: 'e', prompt: '', params: {} }, completion, tokens: 1, maxTokens: 8, truncated: false,
      verdict: { correct: true, score: 1, answer: null, why: '' }, rendering: { spans: [], wellFormed: true, why: '' }, steps: []
    })

    it('scores with its options, under its own name', async () => {
      const reward = await modules.openReward({ path: 'reward.js', options: { most: 3 } })
      const { reward: scored } = await scoreRollout([{ reward, weight: 1 }], input('abcd'), { deadlineSeconds: 30 })
      assert.deepEqual(scored, { total: 0, parts: [{ name: 'short', weight: 1, score: 0, why: '4 characters' }] })
    })

    it('says why in the words of the module where it throws', async () => {
      const reward = await modules.openReward({ path: 'reward.js', options: {} })
      const { reward: scored, errors } = await scoreRollout([{ reward, weight: 1 }], input('throw'), { deadlineSeconds: 30 })
      assert.deepEqual(scored.parts, [{ name: 'short', weight: 1, score: null, why: 'no such word (reward.js:6)' }])
      assert.deepEqual(errors, [{ boundary: 'sandbox', message: 'short: no such word (reward.js:6)' }])
    })

    it('is null where it hangs or gives no number, and the others of the batch are scored', async () => {
      const hasty = openWith(5)
      const reward = await hasty.openReward({ path: 'reward.js', options: { most: 3 } })
      const scored = await Promise.all(['abc', 'NaN', 'text', 'hang', 'abcd'].map((completion) =>
        scoreRollout([{ reward, weight: 1 }], input(completion), { deadlineSeconds: 0.001 })))
      assert.deepEqual(scored.map((one) => one.reward.total), [1, null, null, null, 0])
      assert.deepEqual(scored.map((one) => one.errors.map(({ boundary }) => boundary)), [[], ['sandbox'], ['sandbox'], ['sandbox'], []])
      await hasty.close()
    })
  })

  describe('an environment', () => {
    const draw = (name: string, split: 'train' | 'heldOut', count: number, environment: Environment): Problem[] =>
      Array.from({ length: count }, (_, i) => environment.generate(randomStream(name, i), split, { size: 2 }))

    it('generates the same problems from the same random numbers, in disjoint splits', async () => {
      const environment = await modules.openEnvironment({ path: 'environment.ts' })
      const train = draw('a', 'train', 10, environment)
      assert.deepEqual(draw('a', 'train', 10, environment), train)
      const heldOut = new Set(draw('b', 'heldOut', 10, environment).map(({ id }) => id))
      assert.ok(train.every((problem) => !heldOut.has(problem.id) && problem.environment === 'sums' && problem.params['size'] === 2))
    })

    it('grades, renders and checks with defaults for what it leaves out', async () => {
      const environment = await modules.openEnvironment({ path: 'environment.ts' })
      const [problem] = draw('a', 'train', 1, environment)
      assert.ok(problem)
      const solution = environment.solution(problem)
      assert.deepEqual(environment.grade(solution, problem), { correct: true, score: 1, answer: solution, why: `compared with ${solution}` })
      assert.equal(environment.grade('no', problem).score, 0)
      assert.equal(environment.demonstrate(problem, randomStream('d'), {}), solution)
      assert.equal(environment.render(solution, problem).wellFormed, true)
      assert.deepEqual(environment.checkSteps(solution, problem), [])
      assert.equal(environment.vocabulary.length, 23)
    })

    it('throws where the module hangs or contradicts itself, and answers the next call', async () => {
      modules = openWith(2)
      const environment = await modules.openEnvironment({ path: 'environment.ts' })
      const [problem] = draw('a', 'train', 1, environment)
      assert.ok(problem)
      assert.throws(() => environment.grade('hang', problem), refusal('sandbox/deadline'))
      assert.throws(() => environment.grade('lie', problem), refusal('sandbox/bad-answer', /score/))
      assert.equal(environment.grade(problem.gold ?? '', problem).correct, true)
    })
  })

  describe('an algorithm', () => {
    const rollout = (reward: number | null) => ({ reward, correct: null, tokens: 2, truncated: false, steps: [] })
    const groups: ScoredGroup[] = [{ kept: true, rollouts: [rollout(1), rollout(0), rollout(null)] }, { kept: false, rollouts: [rollout(1)] }]
    const weigh = async (options: object) => (await modules.openAlgorithm({ path: 'algorithm.mjs' })).weigh(groups, { ...options }, { maxTokens: 8 })

    it('weighs per rollout or per token, never what cannot be scored or was dropped', async () => {
      assert.deepEqual((await weigh({})).weights_P_G, [[1, -1, null], [null]])
      assert.deepEqual((await weigh({ perToken: true })).weights_P_G, [[[1, 1], [1, 1], null], [null]])
    })

    for (const bad of ['shape', 'tokens', 'loss']) {
      it(`is refused where it gives a bad ${bad}`, async () => {
        await assert.rejects(weigh({ bad, perToken: true }), refusal('sandbox/bad-answer'))
      })
    }
  })
})
