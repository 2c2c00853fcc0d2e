import { z } from 'zod'
import type { Environment } from '../../environments/environment.ts'
import { checkAnswer, Completion, Description, GeneratedProblem, Rendering, StepVerdicts, Verdict } from './moduleAnswers.ts'
import { missingExport } from './missingExport.ts'
import type { ModuleMethod } from './moduleRpc.ts'
import type { SyncModule } from './syncModule.ts'

const SEEDS = 2 ** 32

/**
 * A module's environment behind the synchronous contract. Every call throws a LabError of the boundary `sandbox` where the
 * module fails; the same random state gives the same problem and trace.
 * @throws LabError where the module cannot be loaded or exports no environment.
 */
export function openModuleEnvironment(module: SyncModule, limits: { readonly path: string; readonly deadlineSeconds: number }): Environment {
  const { environment } = checkAnswer(Description, module.call('describe', [], limits.deadlineSeconds), limits.path)
  if (!environment) throw missingExport(limits.path, 'environment', 'UserEnvironment')
  const { name } = environment
  const ask = <T>(schema: z.ZodType<T>, method: ModuleMethod, args: readonly unknown[]): T =>
    checkAnswer(schema, module.call(method, args, limits.deadlineSeconds), `${name}: ${method}`)
  return {
    name,
    title: environment.title ?? name,
    description: environment.description ?? '',
    options: z.record(z.string(), z.json()),
    mix: z.record(z.string(), z.json()),
    vocabulary: environment.vocabulary ?? [],
    generate: (random, split, options) => ask(GeneratedProblem, 'environment.generate', [random.integer(SEEDS), split, options]),
    solution: (problem) => ask(Completion, 'environment.solution', [problem]),
    demonstrate: (problem, random, mix) => ask(Completion, 'environment.demonstrate', [problem, random.integer(SEEDS), mix]),
    render: (completion, problem) => ask(Rendering, 'environment.render', [completion, problem]),
    grade: (completion, problem) => ask(Verdict, 'environment.grade', [completion, problem]),
    checkSteps: (completion, problem) => ask(StepVerdicts, 'environment.checkSteps', [completion, problem])
  }
}
