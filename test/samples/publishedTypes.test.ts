import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as Published from '../../samples/user-modules/rollout-lab.d.ts'
import type { ScoredGroup, WeighContext, Weighed } from '../../trainer/algorithms/algorithm.ts'
import type { Rendering, Verdict } from '../../trainer/environments/environment.ts'
import type { ExecutionRecord } from '../../trainer/protocol/execution.ts'
import type { Problem } from '../../trainer/protocol/problem.ts'
import type { StepVerdict } from '../../trainer/protocol/rollout.ts'
import type { Random } from '../../trainer/random/random.ts'
import type { PartScore, RewardInput } from '../../trainer/rewards/reward.ts'
import type * as Own from '../../trainer/sandbox/modules/userModule.ts'
import { Place } from '../process/tinyRun.ts'
import { lab } from '../process/labProcess.ts'
import { samplesFolder } from './sampleFiles.ts'

/** Each may stand for the other; with all fields there, so that a name which only one side has is found. */
type Same<A, B> = [Required<A>] extends [Required<B>] ? ([Required<B>] extends [Required<A>] ? ([keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : 'keys') : 'keys') : 'B') : 'A'

/** Does not compile where the published types and those of the trainer have grown apart. */
const SAME: {
  problem: Same<Published.Problem, Problem>
  rendering: Same<Published.Rendering, Rendering>
  verdict: Same<Published.Verdict, Verdict>
  step: Same<Published.StepVerdict, StepVerdict>
  random: Same<Published.Random, Random>
  score: Same<Published.PartScore, PartScore>
  execution: Same<Published.ExecutionRecord, ExecutionRecord>
  input: Same<Published.RewardInput, RewardInput>
  rewardRun: Same<Published.RewardRun, Own.RewardRun>
  rewardFunction: Same<Published.UserRewardFunction, Own.UserRewardFunction>
  groups: Same<Published.ScoredGroup, ScoredGroup>
  context: Same<Published.WeighContext, WeighContext>
  weighed: Same<Published.UserWeighed, Omit<Weighed, 'reweigh'>>
  userProblem: Same<Published.UserProblem, Own.UserProblem>
  userVerdict: Same<Published.UserVerdict, Own.UserVerdict>
  reward: Same<Published.UserReward, Own.UserReward>
  environment: Same<Published.UserEnvironment, Own.UserEnvironment>
  algorithm: Same<Published.UserAlgorithm, Own.UserAlgorithm>
  module: Same<Published.UserModule, Own.UserModule>
} = {
  problem: true, rendering: true, verdict: true, step: true, random: true, score: true, execution: true, input: true, rewardRun: true, rewardFunction: true, groups: true, context: true, weighed: true,
  userProblem: true, userVerdict: true, reward: true, environment: true, algorithm: true, module: true
}

const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

describe('samples: published types', function () {
  this.timeout(60_000)
  let place: Place
  beforeEach(() => (place = new Place()))
  afterEach(() => place.remove())

  it('are those that the trainer works with', () => {
    assert.ok(Object.values(SAME).every((same) => same))
  })

  it('are found by a workspace outside of the program, and find what is wrong in it', () => {
    const workspace = place.at('mine')
    cpSync(join(samplesFolder, 'user-modules'), workspace, { recursive: true })
    execFileSync(process.execPath, [COMPILER, '-p', workspace], { stdio: 'pipe' })
    place.write('mine/wrong.ts', "import type { UserReward } from 'rollout-lab'\nexport const reward: UserReward = { score: () => ({ score: 'high', why: '' }) }\n")
    const { status, stdout } = spawnSync(process.execPath, [COMPILER, '-p', workspace], { encoding: 'utf8' })
    assert.notEqual(status, 0)
    assert.match(stdout, /wrong\.ts\(2,\d+\): error TS2322: Type 'string' is not assignable to type 'number'/)
  })

  it('are written into a folder by `lab types`, which keeps a tsconfig.json that is there', async () => {
    place.write('mine/reward.ts', "import type { UserReward } from 'rollout-lab'\nexport const reward: UserReward = { score: () => ({ score: 1, why: '' }) }\n")
    const { code, err } = await lab(place.folder, ['types', 'mine'])
    assert.equal(code, 0, err)
    assert.deepEqual(readdirSync(place.at('mine')).sort(), ['reward.ts', 'rollout-lab.d.ts', 'tsconfig.json'])
    execFileSync(process.execPath, [COMPILER, '-p', place.at('mine')], { stdio: 'pipe' })
  })
})
