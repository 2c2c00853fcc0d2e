import vm from 'node:vm'
import initSqlJs from 'sql.js'
import type { CodeTask, ExecutionRecord, TestCase, TestRun } from '../protocol/execution.ts'

/**
 * Executes programs of known origin where the tests run, apart from all sandboxes and comparers of the trainer: Node's own contexts, which
 * confine nothing, and SQLite.
 */
export async function executeHere({ language, files, tests, limits }: CodeTask, turn = 1): Promise<ExecutionRecord> {
  const { Database } = await initSqlJs()
  const rowsOf = (schema: string, query: string): unknown[] => {
    const database = new Database()
    try {
      database.run(schema)
      return (database.exec(query)[0]?.values ?? []) as unknown[]
    } finally {
      database.close()
    }
  }
  const { text } = files[0]!
  const called = tests.flatMap((test) => (test.style === 'call' ? [test.args] : []))
  const values = called.length > 0 && language === 'javascript' ? valuesOf(text, called) : []
  const run = (test: TestCase): unknown => {
    if (test.style === 'query') return rowsOf(test.schema, text)
    if (test.style === 'stdin' || values.length === 0) throw new Error('no such program here')
    const value = values[called.indexOf(test.args)]!
    if ('thrown' in value) throw new Error(value.thrown)
    return value.value
  }
  return {
    turn, backend: 'fake', language, files, signals: [], limitsHit: [], seconds: 0, queueSeconds: 0, cpuSeconds: null, peakMegabytes: null, retries: 0, failure: null,
    tests: tests.map((test) => judged(test, limits.outputBytes, () => run(test), () => (test.style === 'query' ? rowsOf(test.schema, test.gold) : test.expected)))
  }
}

type Value = { readonly value: unknown } | { readonly thrown: string }

function valuesOf(program: string, calls: readonly (readonly unknown[])[]): readonly Value[] {
  try {
    const call = `${JSON.stringify(calls)}.map((args) => { try { return { value: f(...args) } } catch (error) { return { thrown: String(error) } } })`
    return vm.runInNewContext(`${program}\n;${call}`, {}, { timeout: 30_000 }) as readonly Value[]
  } catch (error) {
    return calls.map(() => ({ thrown: String(error) }))
  }
}

function judged(test: TestCase, cut: number, run: () => unknown, expect: () => unknown): TestRun {
  const common = { name: test.name, visible: test.visible, fresh: test.fresh, output: '', outputCut: false, seconds: 0 }
  const text = (value: unknown): string => (test.style === 'query' && !test.ordered && Array.isArray(value) ? value.map((row) => JSON.stringify(row)).sort().join() : String(JSON.stringify(value)))
  try {
    const [got, expected] = [text(run()), text(expect())]
    return got === expected ? { ...common, verdict: 'pass', why: 'As expected.', got } : { ...common, verdict: 'wrongValue', why: `${got}, not ${expected}`.slice(0, cut), expected, got }
  } catch (error) {
    return { ...common, verdict: 'exception', why: String(error) }
  }
}
