/** What the trainer asks of a module, run inside the module process. */
import { problemId, drawInSplit } from '../../environments/split.ts'
import type { Problem, Split } from '../../protocol/problem.ts'
import { randomStream } from '../../random/random.ts'
import type { Random } from '../../random/random.ts'
import type { ModuleMethod } from './moduleRpc.ts'
import { finite } from './finiteAnswer.ts'
import type { UserEnvironment, UserModule, UserOptions } from './userModule.ts'

/** Arguments come from the trainer, which has checked them; results are checked there. */
type Arguments = readonly unknown[]

/** @param lineOf line of the user's file in which an error arose, from 1; 0 = not known. */
export function callModule(module: UserModule, method: ModuleMethod, args: Arguments, lineOf: (error: unknown) => number): unknown {
  if (method === 'describe') return describeModule(module)
  if (method === 'reward.score') return required(module, 'reward').score(...(args as Parameters<NonNullable<UserModule['reward']>['score']>))
  if (method === 'algorithm.weigh') return required(module, 'algorithm').weigh(...(args as Parameters<NonNullable<UserModule['algorithm']>['weigh']>))
  if (method === 'function.scores') return functionScores(module, args[0] as string, args[1] as readonly Arguments[], lineOf)
  return callEnvironment(required(module, 'environment'), method, args)
}

function required<K extends keyof UserModule>(module: UserModule, name: K): NonNullable<UserModule[K]> {
  const found = module[name]
  if (!found) throw new Error(`the module has no export named "${name}"`)
  return found
}

/** What an input makes the function throw is that input's answer. */
async function functionScores(module: UserModule, name: string, inputs: readonly Arguments[], lineOf: (error: unknown) => number): Promise<unknown> {
  const found = (module as Readonly<Record<string, unknown>>)[name]
  if (typeof found !== 'function') throw new Error(`the module exports no function named "${name}"`)
  const answers: object[] = []
  for (const given of inputs) {
    try {
      answers.push({ value: finite((await (found as (...given: Arguments) => unknown)(...given)) ?? null) })
    } catch (error) {
      answers.push({ error: error instanceof Error ? error.message || error.name : `threw ${String(error)}`, line: lineOf(error) })
    }
  }
  return answers
}

function describeModule({ reward, environment, algorithm }: UserModule): unknown {
  return {
    reward: reward && { name: reward.name },
    algorithm: algorithm && { name: algorithm.name },
    environment: environment && {
      name: environment.name, title: environment.title, description: environment.description, vocabulary: environment.vocabulary
    }
  }
}

function callEnvironment(environment: UserEnvironment, method: ModuleMethod, args: Arguments): unknown {
  const [first, second, third] = args
  switch (method) {
    case 'environment.generate':
      return generate(environment, random(first), second as Split, third as UserOptions)
    case 'environment.solution':
      return environment.solution(first as Problem)
    case 'environment.demonstrate':
      return environment.demonstrate?.(first as Problem, random(second), third as UserOptions) ?? environment.solution(first as Problem)
    case 'environment.render':
      return environment.render?.(first as string, second as Problem) ?? { spans: [], wellFormed: true, why: 'the environment asks for no format' }
    case 'environment.grade':
      return environment.grade(first as string, second as Problem)
    case 'environment.checkSteps':
      return environment.checkSteps?.(first as string, second as Problem) ?? []
    default:
      throw new Error(`no such call: ${method}`)
  }
}

const random = (seed: unknown): Random => randomStream('module', Number(seed))

/** Draws until prompt and gold fall on the side asked for. */
function generate(environment: UserEnvironment, stream: Random, split: Split, options: UserOptions): unknown {
  const { key, problem } = drawInSplit(environment.name, split, () => {
    const problem = environment.generate(stream, options)
    return { key: JSON.stringify([problem.prompt, problem.gold]), problem }
  })
  return { ...problem, id: problemId(environment.name, key), environment: environment.name }
}
