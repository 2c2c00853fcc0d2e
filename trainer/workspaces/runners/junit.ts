import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { LabError } from '../../errors.ts'
import { NO_REPORT } from './testRunner.ts'
import type { TestReport, TestResult, TestRunner } from './testRunner.ts'
import { nodeCommand } from './nodeProgram.ts'

const Attribute = z.coerce.string().catch('')
const Said = z.union([z.string(), z.object({ '@message': Attribute.optional(), '@type': Attribute.optional(), '#text': Attribute.optional() }).loose()])
const Case = z.object({
  '@name': Attribute, '@classname': Attribute.optional(), '@time': z.coerce.number().nonnegative().catch(0),
  failure: z.array(Said).optional(), error: z.array(Said).optional(), skipped: z.array(Said).optional()
}).loose()
type Case = z.infer<typeof Case>

const MOST_TESTS = 100_000
/** Elements of which there may be several. */
const LISTS = ['testsuite', 'testcase', 'failure', 'error', 'skipped']
/** Entities stay as they are written, so that none can grow. */
const parser = new XMLParser({
  ignoreAttributes: false, attributeNamePrefix: '@', processEntities: false, parseAttributeValue: false, parseTagValue: false, isArray: (name) => LISTS.includes(name)
})

/** The tests of a JUnit file, by `classname name`, or the name alone where there is no class. */
export function parseJunit(text: string): TestReport {
  try {
    const results = casesIn(parser.parse(text)).slice(0, MOST_TESTS).map(resultOf)
    return { ...NO_REPORT, results, began: results.map(({ name }) => name), finished: results.length > 0 }
  } catch {
    // Not XML: no result.
    return NO_REPORT
  }
}

function casesIn(node: unknown): Case[] {
  if (typeof node !== 'object' || node === null) return []
  if (Array.isArray(node)) return node.flatMap(casesIn)
  return Object.entries(node).flatMap(([name, value]) => {
    if (name !== 'testcase') return casesIn(value)
    return (Array.isArray(value) ? value : [value]).flatMap((one) => Case.safeParse(one).data ?? [])
  })
}

function resultOf({ '@classname': className = '', '@name': name, '@time': seconds, failure, error, skipped }: Case): TestResult {
  const base = { name: unescaped([className, name].filter((part) => part !== '').join(' ')), seconds }
  const failed = failure ?? error
  if (failed === undefined) return { ...base, status: skipped === undefined ? 'passed' : 'skipped' }
  const message = failed.map(textOf).join('\n').slice(0, 4000)
  return { ...base, status: 'failed', failure: { kind: failure === undefined ? 'exception' : 'assertion', message } }
}

const textOf = (said: z.infer<typeof Said>): string => unescaped(typeof said === 'string' ? said : [said['@message'], said['#text']].filter(Boolean).join('\n'))

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' }
const unescaped = (text: string): string => text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity]!)

/** Any program that writes a JUnit file. `node` and `python` stand for those of this program; others are found as the sandbox finds them. */
export const junit: TestRunner = {
  async command({ runner, testFiles }, { python }) {
    const [program = '', ...args] = settingsOf(runner).command
    const rest = [...args, ...testFiles]
    if (program === 'node') return { ...nodeCommand(), command: [process.execPath, ...rest] }
    if (!/^python3?$/.test(program)) return { command: [program, ...rest], readable: [], environment: {} }
    const found = await python()
    return { command: [found.program, ...rest], readable: found.readable, environment: {} }
  },
  reportFile: ({ runner }) => settingsOf(runner).report,
  parse: parseJunit
}

function settingsOf(runner: Parameters<TestRunner['command']>[0]['runner']) {
  if (runner.name === 'junit') return runner
  throw new LabError('environment', 'workspace/runner', `The runner ${runner.name} has no command of its own.`, {
    remedy: 'Use the runner “junit” with a command and a report.'
  })
}
