/** A function of a reward file in a sandbox: no approval is needed, since nothing outside of it is in its reach. */
import { basename } from 'node:path'
import { LabError } from '../../errors.ts'
import { Limits } from '../../protocol/execution.ts'
import type { RewardLanguage } from '../../protocol/rewardFile.ts'
import type { CallEnd, ExecutionRequest, Sandbox } from '../sandbox.ts'
import { checkAnswer, FunctionAnswers } from './moduleAnswers.ts'
import { plainText } from './plainText.ts'
import type { RewardArguments, RewardCaller } from './rewardCaller.ts'
import { rewardProgram, SCORES } from './rewardProgram.ts'

export interface SandboxedFunction {
  /** For messages. */
  readonly path: string
  readonly source: string
  readonly language: RewardLanguage
  readonly functionName: string
  readonly deadlineSeconds: number
}

/** Answers of a batch, which may be long. */
const ANSWER_BYTES = 4 << 20

export function sandboxedCaller(sandbox: Sandbox, reward: SandboxedFunction): RewardCaller {
  const { path, source, language, functionName, deadlineSeconds } = reward
  const program = rewardProgram(source, language, functionName)
  const limits = Limits.parse({ wallSeconds: deadlineSeconds, cpuSeconds: deadlineSeconds, outputBytes: ANSWER_BYTES })
  const request = (inputs: readonly RewardArguments[]): ExecutionRequest => ({
    language: program.language,
    files: [{ path: basename(path), text: program.text }],
    calls: [{ style: 'call', function: SCORES, args: [JSON.stringify(inputs)] }],
    limits
  })
  return {
    call: async (inputs, signal) => {
      const { calls } = await sandbox.execute(request(inputs), signal)
      const answers = checkAnswer(FunctionAnswers, valueOf(calls[0]?.end, reward), functionName)
      if (answers.length === inputs.length) return answers.map((answer) => ('error' in answer ? answer : { value: answer.value ?? null }))
      throw new LabError('sandbox', 'sandbox/bad-answer', `${functionName} gave ${answers.length} answers for ${inputs.length} inputs.`, {
        place: path, remedy: 'Correct the reward file.'
      })
    }
  }
}

/** @throws LabError `sandbox/deadline`, `sandbox/died`, `sandbox/not-loadable` */
function valueOf(end: CallEnd | undefined, { path, deadlineSeconds }: SandboxedFunction): unknown {
  if (end?.ended === 'value') return end.value
  if (end?.ended === 'timeout') {
    throw new LabError('sandbox', 'sandbox/deadline', `the reward took longer than ${deadlineSeconds} s and was stopped`, {
      remedy: 'Make it faster or raise rewardDeadlineSeconds.'
    })
  }
  const message = end && 'message' in end ? plainText(end.message) : 'it gave no answer'
  // The function catches what it throws for an input: what is thrown all the same comes of loading the file.
  if (end?.ended === 'exception') {
    throw new LabError('sandbox', 'sandbox/not-loadable', `The reward file ${path} cannot be run: ${message}`, {
      place: path, remedy: 'Correct the file. A file that needs Node imports something of `node:`, and is then run after approval.'
    })
  }
  throw new LabError('sandbox', 'sandbox/died', `the reward was stopped (${end?.ended ?? 'noResult'}): ${message}`, {
    remedy: 'Correct the reward: it used too much, or something that its sandbox forbids.'
  })
}
