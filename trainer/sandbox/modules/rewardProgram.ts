/** A reward file made ready for a sandbox: one function in, a list of inputs scored at a call. */
import type { Language } from '../../protocol/execution.ts'
import type { RewardLanguage } from '../../protocol/rewardFile.ts'
import { withoutTypes } from './withoutTypes.ts'

/** What a sandbox is asked for: arguments of many calls in, as one JSON text, `FunctionAnswers` out. A text crosses its border without being looked at value by value. */
export const SCORES = 'rolloutLabScores'

export interface RewardProgram {
  readonly language: Language
  readonly text: string
}

/** Lines stay where they are, so that an error names the line that people know. */
export function rewardProgram(source: string, language: RewardLanguage, functionName: string): RewardProgram {
  if (language === 'python') return { language, text: `${source}\n${pythonScores(functionName)}` }
  const script = scriptOf(source, language).replaceAll(EXPORT, '').replaceAll(EXPORT_LIST, '')
  return { language: 'javascript', text: `${script}\n${scriptScores(functionName)}` }
}

const EXPORT = /^export[ \t]+(?=(?:async[ \t]+)?function\b|const\b|let\b|var\b|class\b)/gm
const EXPORT_LIST = /^export[ \t]*\{[^}]*\}[ \t]*;?/gm
const IMPORT = /^[ \t]*import\b(?![ \t]*\.)|^[ \t]*export\b[^;]*?\bfrom[ \t]*['"]|\bimport[ \t]*\(/m

/** Whether a sandbox can run it: nothing else is needed than the file. */
export const isSelfContained = (source: string, language: RewardLanguage): boolean => language === 'python' || !IMPORT.test(scriptOf(source, language))

const scriptOf = (source: string, language: RewardLanguage): string => (language === 'typescript' ? withoutTypes(source) : source)

const isAsync = (name: string): string => `${name} is async: in a sandbox a function answers at once (a file that imports something of "node:" runs under Node, after approval, and may be async)`

const scriptScores = (name: string): string => `
function ${SCORES}(all) {
  return JSON.parse(all).map((given) => {
    try {
      const value = ${name}(...given) ?? null
      return typeof value?.then === 'function' ? { error: ${JSON.stringify(isAsync(name))}, line: 0 } : { value }
    } catch (error) {
      const line = /:(\\d+)/.exec(String(error?.stack ?? ''))
      return { error: String(error?.message ?? error), line: Number(line?.[1] ?? 0) }
    }
  })
}
`

const pythonScores = (name: string): string => `
def ${SCORES}(everything):
    import json
    import traceback
    code = ${name}.__code__
    taken = 4 if code.co_flags & 4 else code.co_argcount
    answers = []
    for given in json.loads(everything):
        try:
            answers.append({"value": ${name}(*given[:taken])})
        except Exception as error:
            lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == code.co_filename]
            answers.append({"error": f"{type(error).__name__}: {error}", "line": lines[-1] if len(lines) > 1 else 0})
    return answers
`
