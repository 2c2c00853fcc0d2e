import assert from 'node:assert/strict'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import type { PartScore, RewardFunction, RewardInput } from '../../rewards/reward.ts'
import { scoreRollout } from '../../rewards/scoreRollout.ts'
import { createFakeSandbox } from '../fake/fakeSandbox.ts'
import { readModuleSources } from './moduleSources.ts'
import { createScriptSandbox } from './scriptSandbox.fixture.ts'
import { approve } from './trust.ts'
import { UserModules } from './userModules.ts'
import type { RewardSandboxes } from './userModules.ts'
import { Workspace } from './workspace.fixture.ts'

const BREVITY = `import type { UserRewardFunction } from 'rollout-lab'

const usual: number = 10

export const brevity: UserRewardFunction = (problem, completion, run, options) => {
  if (completion === 'throw') throw new TypeError('no such word')
  if (completion === 'NaN') return { score: NaN, why: '' }
  if (completion === 'hang') for (;;) {}
  return { score: completion.length <= Number(options['most'] ?? usual) ? 1 : 0, why: \`\${problem.gold}: \${completion.length} characters, \${run.tokens} tokens\` }
}
export function polite(problem: unknown, completion: string) {
  return { score: completion.includes('please') ? 1 : 0, why: '' }
}
`
const signal = new AbortController().signal
const refusal = (code: string, message = /./) => (error: unknown) => LabError.is(error, code) && message.test(error.message)

function input(completion: string): RewardInput {
  return {
    problem: { id: 'p', environment: 'sums', prompt: '1 + 1 =', gold: '2', params: {} }, completion, tokens: 7, maxTokens: 20, truncated: false,
    verdict: { correct: true, score: 1, answer: '2', why: '' }, rendering: { spans: [], wellFormed: true, why: '' }, steps: []
  }
}

describe('sandbox: reward files', () => {
  let workspace: Workspace
  let modules: UserModules
  const open = (over: { sandboxes?: RewardSandboxes; trustWorkspace?: boolean; deadlineSeconds?: number } = {}): UserModules =>
    (modules = new UserModules({ workspace: workspace.folder, approvalsFile: join(workspace.folder, 'none.json'), trustWorkspace: false, deadlineSeconds: 20, ...over }))
  const script = createScriptSandbox()
  const sandboxes: RewardSandboxes = { find: async (language) => (language === 'python' ? undefined : script), unconfined: async () => createFakeSandbox() }
  beforeEach(() => (workspace = new Workspace()))
  afterEach(async () => {
    await modules.close()
    workspace.remove()
  })

  const brevity = (deadlineSeconds = 20): Promise<RewardFunction> => {
    workspace.write('brevity.reward.ts', BREVITY)
    return open({ sandboxes, deadlineSeconds }).openReward({ path: 'brevity.reward.ts', options: { most: 5 } })
  }

  it('score in a sandbox, without approval, with problem, completion, run and options', async () => {
    const reward = await brevity()
    assert.equal(reward.name, 'brevity')
    assert.deepEqual(await reward.score(input('short'), signal), { score: 1, why: '2: 5 characters, 7 tokens' })
    assert.deepEqual(await reward.score(input('longer'), signal), { score: 0, why: '2: 6 characters, 7 tokens' })
  })

  it('score many at once, and what fails for one leaves the others their scores', async () => {
    const reward = await brevity(2)
    const answers = await reward.scoreMany!(['a', 'throw', 'hang', 'NaN', 'b'].map(input), signal)
    assert.deepEqual(answers.map((answer) => (answer instanceof Error ? (answer as LabError).code : answer.score)), [1, 'sandbox/module-threw', 'sandbox/deadline', null, 1])
  })

  it('name file and line of what they throw', async () => {
    const { reward, errors } = await scoreRollout([{ reward: await brevity(), weight: 1 }], input('throw'), { deadlineSeconds: 20 })
    assert.deepEqual(reward, { total: null, parts: [{ name: 'brevity', weight: 1, score: null, why: 'no such word (brevity.reward.ts:6)' }] })
    assert.equal(errors[0]?.boundary, 'sandbox')
  })

  it('have several functions, of which the run file names one', async () => {
    workspace.write('style.reward.ts', BREVITY)
    const modules = open({ sandboxes })
    const reward = await modules.openReward({ path: 'style.reward.ts', options: {}, function: 'polite' })
    assert.equal(reward.name, 'polite')
    assert.deepEqual(await reward.score(input('4 please'), signal), { score: 1, why: '' })
    await assert.rejects(modules.openReward({ path: 'style.reward.ts', options: {} }), refusal('sandbox/missing-function', /several functions \(brevity, polite\)/))
    await assert.rejects(modules.openReward({ path: 'style.reward.ts', options: {}, function: 'rude' }), refusal('sandbox/missing-function', /no function "rude", but brevity, polite/))
  })

  it('may answer with a score alone or with a pair', async () => {
    workspace.write('forms.reward.js', 'export const bare = () => 0.5\nexport const pair = () => [1, "both"]\nexport const none = () => undefined\nexport const text = () => ({ score: "1" })\nexport const unscorable = () => ({ score: null, why: "no network" })')
    const modules = open({ sandboxes })
    const answers: (PartScore | string)[] = []
    for (const name of ['bare', 'pair', 'none', 'text', 'unscorable']) {
      const reward = await modules.openReward({ path: 'forms.reward.js', options: {}, function: name })
      answers.push(await Promise.resolve(reward.score(input(''), signal)).catch((error: LabError) => error.code))
    }
    assert.deepEqual(answers, [{ score: 0.5, why: '' }, { score: 1, why: 'both' }, 'sandbox/bad-answer', 'sandbox/bad-answer', { score: null, why: 'no network' }])
  })

  it('say that a function is async, which no sandbox waits for', async () => {
    workspace.write('later.reward.js', 'export const later = async () => 1')
    const reward = await open({ sandboxes }).openReward({ path: 'later.reward.js', options: {} })
    await assert.rejects(Promise.resolve(reward.score(input(''), signal)), refusal('sandbox/module-threw', /^later is async: in a sandbox a function answers at once/))
  })

  it('say what is wrong with a file that cannot be run', async () => {
    workspace.write('broken.reward.ts', 'export const broken = (a => {')
    await assert.rejects(open({ sandboxes }).openReward({ path: 'broken.reward.ts', options: {} }), refusal('sandbox/not-loadable', /broken\.reward\.ts cannot be read/))
    workspace.write('late.reward.js', 'throw new Error("at the top")\nexport const late = () => 1')
    await assert.rejects(modules.openReward({ path: 'late.reward.js', options: {} }), refusal('sandbox/not-loadable', /at the top/))
    await assert.rejects(modules.openReward({ path: '../x.reward.ts', options: {} }), refusal('trust/module-unreadable'))
  })

  it('run under Node, after approval, where they import something', async () => {
    const text = "import { createHash } from 'node:crypto'\nexport const hashed = async (problem, completion) => {\n  if (completion === 'throw') throw new Error('no such word')\n  if (completion === 'NaN') return NaN\n  return { score: 1, why: createHash('md5').update(completion).digest('hex') }\n}\n"
    workspace.write('hashed.reward.ts', text)
    await assert.rejects(open({ sandboxes }).openReward({ path: 'hashed.reward.ts', options: {} }), refusal('trust/not-approved'))
    const reward = await open({ sandboxes, trustWorkspace: true }).openReward({ path: 'hashed.reward.ts', options: {} })
    const answers = await reward.scoreMany!(['', 'throw', 'NaN'].map(input), signal)
    assert.deepEqual(answers.map((answer) => (answer instanceof Error ? answer.message : answer.why)), ['d41d8cd98f00b204e9800998ecf8427e', 'no such word (hashed.reward.ts:3)', 'the answer is NaN: numbers must be finite'])
  })

  it('need approval where no sandbox runs their language', async () => {
    workspace.write('words.reward.py', 'def words(problem, completion, run):\n    return len(completion.split()), ""\n')
    await assert.rejects(open({ sandboxes }).openReward({ path: 'words.reward.py', options: {} }), refusal('trust/not-approved'))
    const unconfined = createFakeSandbox({ answer: (call) => ({ ended: 'value', value: call.style === 'call' && call.args[0] === '[]' ? [] : [{ value: [2, 'two words'] }] }) })
    const reward = await open({ sandboxes: { ...sandboxes, unconfined: async () => unconfined }, trustWorkspace: true }).openReward({ path: 'words.reward.py', options: {} })
    assert.deepEqual(await reward.score(input('two words'), signal), { score: 2, why: 'two words' })
    assert.equal(unconfined.requests[0]?.language, 'python')
  })

  describe('edited while a run goes on', () => {
    const write = (score: number, more = ''): string => workspace.write('edited.reward.js', `${more}export const edited = () => ${score}\n`)
    const hashOf = (): string => readModuleSources('edited.reward.js', workspace.folder).hash
    const opened = async (over: Parameters<typeof open>[0] = { sandboxes }): Promise<{ reward: RewardFunction; score: () => Promise<number | null> }> => {
      const reward = await open(over).openReward({ path: 'edited.reward.js', options: {} })
      return { reward, score: async () => (await reward.score(input(''), signal)).score }
    }

    it('are taken up when asked, and only then', async () => {
      write(1)
      const { reward, score } = await opened()
      assert.deepEqual(await reward.reload!(), { part: 'edited', file: 'edited.reward.js', hash: hashOf() })
      write(2)
      assert.equal(await score(), 1)
      const { news, hash } = await reward.reload!()
      assert.deepEqual([news?.code, hash, await score()], ['reward/edited', hashOf(), 2])
      assert.equal((await reward.reload!()).news, undefined)
    })

    it('stay as they were where the edit cannot be used, which is said once', async () => {
      write(1)
      const { reward, score } = await opened()
      const before = hashOf()
      for (const [text, message] of [['export const edited = (', /cannot be run/], ['export const renamed = () => 3', /now named "renamed"/], ['throw new Error("at the top")\nexport const edited = () => 3', /at the top/]] as const) {
        workspace.write('edited.reward.js', text)
        const { news, hash } = await reward.reload!()
        assert.equal(news?.code, 'reward/edit-refused')
        assert.match(news.message, message)
        assert.deepEqual([hash, (await reward.reload!()).news, await score()], [before, undefined, 1])
      }
      write(4)
      assert.equal((await reward.reload!()).news?.code, 'reward/edited')
      assert.equal(await score(), 4)
    })

    it('need an approval of the edit itself where no sandbox runs them', async () => {
      const builtIn = "import 'node:fs'\n"
      write(1, builtIn)
      const { reward, score } = await opened({ sandboxes, trustWorkspace: true })
      write(2, builtIn)
      assert.match((await reward.reload!()).news?.message ?? '', /nobody has approved.*lab trust/)
      assert.equal(await score(), 1)
      approve(readModuleSources('edited.reward.js', workspace.folder), join(workspace.folder, 'none.json'), new Date(0))
      assert.equal((await reward.reload!()).news?.code, 'reward/edited')
      assert.equal(await score(), 2)
    })
  })
})
