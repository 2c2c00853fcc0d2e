import assert from 'node:assert/strict'
import { HARMLESS, named, tryCheats, worthIt } from './doubles/battery.fixture.ts'
import type { GraderDouble } from './doubles/graderDouble.fixture.ts'
import { appendedAssertGrader, exitCodeGrader, pairedLinesGrader } from './doubles/publishedGraders.fixture.ts'
import { CONFINES, PYTHON } from './doubles/runProgram.fixture.ts'
import { paidForTests, squaresEnvironment } from './doubles/squares.fixture.ts'
import type { SquaresStyle } from './doubles/squares.fixture.ts'

const EXITS = ['exit-zero', 'exit-when-called', 'exit-from-thread', 'exit-at-exit', 'replaced-process', 'forked-answer']
const UNCAUGHT = ['system-exit', 'swallowed-failure']
const PRINTS_AND_EXITS = ['first-line', 'printed-verdict', 'written-result']

/** Attempts without end show nothing here: none of these graders forgives them. */
const TRIED = HARMLESS.filter(({ endless }) => !endless)

if (!CONFINES || PYTHON === undefined) console.log('      Holes of published graders are not looked for here: bubblewrap or Python is missing.')
else describe('graders in use: all tests have to pass, and yet are paid', function () {
  this.timeout(120_000)

  const paid = async (executor: GraderDouble, style: SquaresStyle, battery = TRIED): Promise<string[]> =>
    worthIt(await tryCheats({ environment: squaresEnvironment('python', style), executor, rewards: paidForTests('all') }, battery)).sort()

  it('an exit code as verdict: early exits, and all that is found in the harness’s own process', async () => {
    const expected = [...EXITS, ...PRINTS_AND_EXITS, 'always-equal-number', 'read-tests', 'read-callers', 'read-memory']
    assert.deepEqual(await paid(exitCodeGrader, 'list'), expected.sort())
  })

  it('the same for programs that read and print', async () => {
    assert.deepEqual(await paid(exitCodeGrader, 'stdin', named([...EXITS, ...UNCAUGHT])), EXITS.toSorted())
  })

  it('lines compared in pairs: the first of them is enough', async () => {
    assert.deepEqual(await paid(pairedLinesGrader, 'stdin'), ['first-line'])
  })

  it('an appended assertion: every exit with code 0, and what equals everything', async () => {
    const expected = [...EXITS, ...UNCAUGHT, ...PRINTS_AND_EXITS, 'always-equal', 'always-equal-number']
    assert.deepEqual(await paid(appendedAssertGrader, 'list'), expected.sort())
  })
})
