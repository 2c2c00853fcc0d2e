import assert from 'node:assert/strict'
import { functionsIn } from './functionsIn.ts'

const namesIn = (file: string, text: string): string[] => functionsIn(file, text).map(({ name, lines: [first, last] }) => `${name} ${first}-${last}`)
const cutIn = (file: string, text: string, name: string): string => {
  const found = functionsIn(file, text).find((one) => one.name === name)!
  return text.slice(0, found.from) + found.without + text.slice(found.to)
}

describe('functions in a file', () => {
  const script = `import { x } from './x.js'
/** A brace in a comment: { */
export async function plain(a, { b } = {}) {
  return a + '}' + \`\${b ? '{' : \`}\`}\` + /[/}]/.source
}
export const arrow = (a: number): { value: number } => {
  return { value: a / 2 / 1 }
}
const short = (a) => a
class Holder<T> {
  #secret(this: Holder<T>) { return 1 }
  static async make<U>(value: U): Promise<Holder<U>> {
    if (value) { return plain(value) }
    for (;;) { break }
  }
  get size() { return 2 }
}
plain(1, function inner() { return 3 })
`

  it('are those with a body of their own, in JavaScript and TypeScript', () => {
    assert.deepEqual(namesIn('a.ts', script), ['plain 3-5', 'arrow 6-8', '#secret 11-11', 'make 12-15', 'size 16-16', 'inner 18-18'])
  })

  it('lose their body and keep what describes them', () => {
    assert(cutIn('a.ts', script, 'arrow').includes("export const arrow = (a: number): { value: number } => {\n  throw new Error('not written yet')\n}\nconst short"))
    assert(cutIn('a.ts', script, 'make').includes("make<U>(value: U): Promise<Holder<U>> {\n    throw new Error('not written yet')\n  }\n  get size"))
  })

  const python = `@cached
def first(a, b=(1, {"x": ")"}),
          *rest):
    """What it does: def not_me():"""
    text = '''
not indented
'''
    return (a,
b)


class Account:
    async def take(self, cents: int = 1) -> "dict[str, int]":
        def inner():
            return 1
        return {inner(): cents}

    balance = 0
def one_line(): return 1
`

  it('are those with a suite, in Python', () => {
    assert.deepEqual(namesIn('a.py', python), ['first 2-9', 'take 13-16', 'inner 14-15', 'one_line 19-19'])
  })

  it('keep signature and description in Python', () => {
    assert(cutIn('a.py', python, 'first').includes('    """What it does: def not_me():"""\n    raise NotImplementedError\n\n\nclass Account:'))
    assert(cutIn('a.py', python, 'take').includes('-> "dict[str, int]":\n        raise NotImplementedError\n\n    balance = 0'))
  })
})
