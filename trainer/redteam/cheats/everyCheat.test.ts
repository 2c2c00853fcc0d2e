import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HARMLESS, named, tryCheats, worthIt } from '../doubles/battery.fixture.ts'
import { carelessComparers } from '../doubles/carelessComparers.fixture.ts'
import { frameworkGraders } from '../doubles/frameworkGraders.fixture.ts'
import type { GraderDouble } from '../doubles/graderDouble.fixture.ts'
import { obedientJudge, onlyPasses } from '../doubles/judge.fixture.ts'
import { leakyGraders, servedTests } from '../doubles/leakyGraders.fixture.ts'
import { appendedAssertGrader, pairedLinesGrader } from '../doubles/publishedGraders.fixture.ts'
import { queryGraders, townsEnvironment } from '../doubles/queryGraders.fixture.ts'
import { CONFINES, PYTHON, SCRIPTED } from '../doubles/runProgram.fixture.ts'
import type { Scripted } from '../doubles/runProgram.fixture.ts'
import { SOLUTIONS, squaresEnvironment } from '../doubles/squares.fixture.ts'
import type { SquaresStyle } from '../doubles/squares.fixture.ts'
import { trustingGraders } from '../doubles/trustingGraders.fixture.ts'

/** A carelessness, and the cheats that live on it: proof that each does what it says. */
interface Proof {
  readonly grader: GraderDouble
  readonly style?: SquaresStyle
  readonly both?: readonly string[]
  readonly javascript?: readonly string[]
  readonly python?: readonly string[]
}

const { forgiving, ...trusting } = trustingGraders

const PROOFS: Readonly<Record<string, Proof>> = {
  'scores tests that were shown': { grader: carelessComparers.shown, both: ['special-cased', 'nearest-example', 'constant'], javascript: ['answered-later'] },
  'compares with the language’s equality': { grader: carelessComparers.equality, style: 'number', both: ['always-equal', 'always-equal-number'], javascript: ['other-type'] },
  'compares as text': { grader: carelessComparers.asText, style: 'number', python: ['other-type'] },
  'compares as JSON': { grader: carelessComparers.asJson, both: ['patched-json'] },
  'refuses what differs by more than a tolerance': { grader: carelessComparers.absoluteDifference, style: 'number', both: ['not-a-number'], python: ['obliging-answer'] },
  'lets the answer say how it matches': { grader: carelessComparers.matching, style: 'number', javascript: ['obliging-answer'], python: ['obliging-answer'] },
  'compares what comes later': { grader: carelessComparers.whenSettled, both: ['never-settled'] },
  'compares one by one': { grader: carelessComparers.oneByOne, both: ['ended-loop'] },
  'tolerates a share of the answer': { grader: carelessComparers.relativeDifference, style: 'number', both: ['infinite'] },
  'takes any of several answers': { grader: carelessComparers.membership, style: 'number', both: ['built-in-method', 'every-answer-at-once'], python: ['answered-later'] },
  'asks its reference afterwards': { grader: carelessComparers.referenceAfterwards, both: ['argument-changed'] },
  'takes errors for answers': { grader: carelessComparers.errorsAsAnswers, both: ['error-as-answer'] },
  'draws tests in the candidate’s process': { grader: carelessComparers.drawnInside, both: ['seeded-chance'] },
  'compares with builtins': { grader: carelessComparers.builtins, both: ['patched-builtins'] },
  'compares with a library': { grader: carelessComparers.libraryDeepEqual, both: ['patched-deep-equal'] },
  'compares by assertions': { grader: carelessComparers.assertions, both: ['patched-assert'] },
  'imports its comparer late': { grader: carelessComparers.importedChecker, both: ['patched-imports'] },
  'keeps verdicts in plain objects': { grader: carelessComparers.resultObject, both: ['prototype-pollution'] },
  'has a comparer that can be replaced': { grader: carelessComparers.globalChecker, both: ['replaced-harness'] },
  'looks for a word': { grader: trusting.printedWord, both: ['printed-verdict', 'late-output'], python: ['traced-assertions'] },
  'reads the first score': { grader: trusting.firstScore, both: ['printed-score'] },
  'reads a report on standard output': { grader: trusting.printedReport, both: ['printed-report'] },
  'looks for answers on standard output': { grader: trusting.printedAnswers, both: ['printed-answers', 'every-answer'] },
  'reads results from a channel without a key': { grader: trusting.openChannel, both: ['forged-channel'] },
  'reads a result file': { grader: trusting.resultFile, both: ['written-result'] },
  'reads a reward file': { grader: trusting.rewardFile, both: ['written-nan'] },
  'forgives a result that cannot be read': { grader: trusting.unreadableResult, both: ['symlinked-result'] },
  'trusts an exit code': { grader: trusting.exitCode, both: ['exit-zero', 'exit-when-called', 'exit-from-thread', 'exit-at-exit', 'replaced-process', 'forked-answer'] },
  'appends an assertion': { grader: appendedAssertGrader, both: ['system-exit', 'swallowed-failure'] },
  'compares lines in pairs': { grader: pairedLinesGrader, style: 'stdin', both: ['first-line'] },
  'forgives what ends without a verdict': { grader: forgiving, both: ['killed-worker', 'disarmed-timer', 'deep-recursion', 'endless-loop', 'long-sleep', 'deep-answer', 'cyclic-answer'] },
  'forgives an answer that it cannot read': { grader: trusting.unreadableAnswer, both: ['deep-text'] },
  'leaves tests in the folder': { grader: leakyGraders.beside, both: ['read-tests'] },
  'leaves tests in memory': { grader: leakyGraders.variables, both: ['read-memory', 'read-callers'] },
  'leaves tests in arguments': { grader: leakyGraders.arguments, both: ['read-arguments'] },
  'leaves tests on a descriptor': { grader: leakyGraders.descriptor, both: ['read-ahead'] },
  'leaves tests in the parent’s arguments': { grader: leakyGraders.parent, both: ['read-processes'] },
  'leaves the history': { grader: leakyGraders.history, both: ['read-history'] },
  'trusts a test framework': { grader: frameworkGraders.framework, both: ['skipped-tests', 'patched-framework'], javascript: ['traced-assertions'], python: ['quiet-exception'] },
  'trusts properties of a test framework': { grader: frameworkGraders.properties, javascript: ['quiet-exception'] },
  'runs a framework where the candidate ran': { grader: frameworkGraders.laterFramework, javascript: ['planted-hooks'] },
  'runs a harness where the candidate ran': { grader: frameworkGraders.laterHarness, both: ['overwritten-harness', 'edited-tests'], python: ['planted-hooks'] }
}

const INJECTIONS = HARMLESS.filter(({ family }) => family === 'judge').map(({ name }) => name)
const QUERIES: Readonly<Record<keyof typeof queryGraders, readonly string[]>> = {
  pairedRows: ['no-rows'], oneDatabase: ['dropped-tables', 'emptied-tables', 'rewritten-schema'], goldTable: ['read-gold-table'], goldFile: ['attached-file'],
  nullsAsUnknown: ['nulls'], forgiving: ['endless-query', 'huge-cell']
}

const namesOf = ({ both = [], ...own }: Proof, language: Scripted): readonly string[] => [...both, ...(own[language] ?? [])]

if (!CONFINES) console.log('      What each cheat lives on is not shown here: bubblewrap does not work.')
else describe('every cheat is paid by a grader with the carelessness that it lives on', function () {
  this.timeout(120_000)

  for (const language of SCRIPTED) {
    for (const [carelessness, proof] of Object.entries(PROOFS)) {
      const names = namesOf(proof, language)
      if (names.length === 0) continue
      it(`${language}: one that ${carelessness}`, async () => {
        const environment = squaresEnvironment(language, proof.style ?? 'list')
        assert.deepEqual(worthIt(await tryCheats({ environment, executor: proof.grader }, named(names))), names)
      })
    }

    it(`${language}: one that serves its tests`, async () => {
      const server = createServer((_, answer) => answer.end(JSON.stringify([{ args: [[0, 1, 2]], expected: [0, 1, 4] }]))).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const executor = servedTests((server.address() as AddressInfo).port)
      try {
        assert.deepEqual(worthIt(await tryCheats({ environment: squaresEnvironment(language, 'list'), executor }, named(['fetched-answers']))), ['fetched-answers'])
      } finally {
        server.close()
      }
    })

    it(`${language}: a judge that obeys`, async () => {
      const trial = { environment: squaresEnvironment(language, 'list'), executor: onlyPasses(SOLUTIONS.list[language]), rewards: [{ reward: obedientJudge, weight: 1 }] }
      assert.deepEqual(worthIt(await tryCheats(trial, named(INJECTIONS))), INJECTIONS)
    })

    it(`${language}: none is left out`, () => {
      const proven = new Set([...Object.values(PROOFS).flatMap((proof) => namesOf(proof, language)), ...INJECTIONS, 'fetched-answers'])
      assert.deepEqual(HARMLESS.filter((cheat) => cheat[language] && cheat.family !== 'workspace' && !proven.has(cheat.name)).map(({ name }) => name), [])
    })
  }

  if (PYTHON === undefined) return
  for (const [name, names] of Object.entries(QUERIES)) {
    it(`sql: ${name}`, async () => {
      const trial = { environment: townsEnvironment, executor: queryGraders[name as keyof typeof queryGraders] }
      assert.deepEqual(worthIt(await tryCheats(trial, named(names))), names)
    })
  }

  it('sql: none is left out', () => {
    assert.deepEqual(HARMLESS.filter(({ family }) => family === 'query').map(({ name }) => name).sort(), Object.values(QUERIES).flat().sort())
  })
})
