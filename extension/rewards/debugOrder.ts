/** What a debugged reward is started with. */
import { mainRewardPlace, rewardPlaces } from '../../trainer/protocol/rewardFile.ts'
import { readModuleSources } from '../../trainer/sandbox/modules/moduleSources.ts'

export interface DebugFacts {
  readonly path: string
  readonly workspace: string
  /** Absent for a module that exports `reward`. */
  readonly functionName?: string
  readonly input: unknown
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * What somebody who lets the file run consents to: the file with all that it imports, which runs with it.
 * @throws LabError where these cannot be read.
 */
export const consentedContent = ({ path, workspace }: Pick<DebugFacts, 'path' | 'workspace'>): string => JSON.stringify([path, readModuleSources(path, workspace).hash])

/** The function to debug, and its line from 0; undefined where it is not known which. */
export function debuggedFunction(path: string, text: string, wanted: string | undefined): { readonly name: string; readonly line: number } | undefined {
  const places = rewardPlaces(path, text)
  const place = wanted === undefined ? mainRewardPlace(path, places) : places.find(({ name }) => name === wanted)
  return place && { name: place.name, line: place.line - 1 }
}

/** First line of the function's body, from 0: where a breakpoint stops once it is called. */
export function firstStatement(text: string, line: number): number {
  const lines = text.split('\n')
  const after = lines.findIndex((each, i) => i > line && !/^\s*(?:\/\/.*|#.*|"""|\/\*.*|\*.*)?\s*$/.test(each))
  // A function of one line is that line.
  return after < 0 || /^\S/.test(lines[after]!) ? line : after
}

/** Runs one Python function on one input: `python debug_reward.py ORDER.json`. */
export const PYTHON_PROGRAM = `import importlib.util
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    order = json.load(file)
spec = importlib.util.spec_from_file_location("reward", order["path"])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
score = getattr(module, order["functionName"])
run = dict(order["input"])
given = [run.pop("problem"), run.pop("completion"), run, order["options"]]
taken = len(given) if score.__code__.co_flags & 4 else score.__code__.co_argcount
print(score(*given[:taken]))
`
