import { activationSuite } from './activationSuite.ts'
import { commandsSuite } from './commandsSuite.ts'
import { languageSuite } from './languageSuite.ts'
import { runSuite } from './runSuite.ts'
import { suggestionsSuite } from './suggestionsSuite.ts'

/** Each defines its mocha suite when called, once mocha's globals are there. */
export const suites: readonly (() => void)[] = [activationSuite, commandsSuite, languageSuite, suggestionsSuite, runSuite]
