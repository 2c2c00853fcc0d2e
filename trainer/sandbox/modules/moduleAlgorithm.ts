import type { ScoredGroup, TokenWeights, WeighContext, Weighed } from '../../algorithms/algorithm.ts'
import { LabError } from '../../errors.ts'
import { missingExport } from './missingExport.ts'
import { checkAnswer, Description, WeighedAnswer } from './moduleAnswers.ts'
import type { ModuleHost } from './moduleHost.ts'
import type { UserOptions } from './userModule.ts'

/** A module's algorithm. Its failure ends the step, since there is nothing to train with. */
export interface ModuleAlgorithm {
  readonly name: string
  weigh(groups_P: readonly ScoredGroup[], options: UserOptions, context: WeighContext): Promise<Weighed>
}

/** @throws LabError where the module cannot be loaded or exports no algorithm. */
export async function openModuleAlgorithm(host: ModuleHost, limits: { readonly path: string; readonly deadlineSeconds: number }): Promise<ModuleAlgorithm> {
  const { algorithm } = checkAnswer(Description, await host.call('describe', [], { seconds: limits.deadlineSeconds }), limits.path)
  if (!algorithm) throw missingExport(limits.path, 'algorithm', 'UserAlgorithm')
  const name = algorithm.name ?? 'module'
  const weigh = async (groups_P: readonly ScoredGroup[], options: UserOptions, context: WeighContext): Promise<Weighed> => {
    const answer = await host.call('algorithm.weigh', [groups_P, options, context], { seconds: limits.deadlineSeconds })
    const { weights_P_G, loss, as } = checkAnswer(WeighedAnswer, answer, `${name}.weigh`)
    return { weights_P_G: fitted(weights_P_G, groups_P, name), loss: loss as Weighed['loss'], as }
  }
  return { name, weigh }
}

/** Weights in the shape of the groups; what cannot be scored or was dropped is not trained on, whatever the module says. */
function fitted(weights_P_G: readonly (readonly TokenWeights[])[], groups_P: readonly ScoredGroup[], name: string): readonly (readonly TokenWeights[])[] {
  if (weights_P_G.length !== groups_P.length) throw misshapen(name, `${weights_P_G.length} groups for ${groups_P.length}`)
  return groups_P.map(({ kept, rollouts }, p) => {
    const weights = weights_P_G[p] ?? []
    if (weights.length !== rollouts.length) throw misshapen(name, `${weights.length} weights for the ${rollouts.length} rollouts of group ${p}`)
    return rollouts.map(({ reward, tokens }, g) => {
      const weight = weights[g] ?? null
      if (Array.isArray(weight) && weight.length !== tokens) throw misshapen(name, `${weight.length} token weights for ${tokens} tokens of rollout ${p}.${g}`)
      return kept && reward !== null ? weight : null
    })
  })
}

function misshapen(name: string, what: string): LabError {
  return new LabError('sandbox', 'sandbox/bad-answer', `${name}.weigh gave ${what}.`, {
    remedy: 'Return one weight per rollout of every group: a number, one number per token, or null.'
  })
}
