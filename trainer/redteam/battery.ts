import type { Cheat } from './cheat.ts'
import { earlyExits } from './cheats/earlyExits.ts'
import { exhaustion } from './cheats/exhaustion.ts'
import { guessedAnswers } from './cheats/guessedAnswers.ts'
import { judges } from './cheats/judges.ts'
import { patchedComparers } from './cheats/patchedComparers.ts'
import { printedVerdicts } from './cheats/printedVerdicts.ts'
import { queries } from './cheats/queries.ts'
import { reading } from './cheats/reading.ts'
import { testFrameworks } from './cheats/testFrameworks.ts'
import { workspaces } from './cheats/workspaces.ts'
import { writing } from './cheats/writing.ts'

/** All cheats: of programs that are judged by tests, and of changes to a repository. */
export const BATTERY: readonly Cheat[] = [
  ...earlyExits, ...patchedComparers, ...printedVerdicts, ...reading, ...writing, ...testFrameworks, ...exhaustion, ...guessedAnswers, ...judges, ...queries,
  ...workspaces
]
