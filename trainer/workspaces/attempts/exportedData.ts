const WHOLE = /\b(?:module\.exports\s*=|export\s+default\b)\s*/g
const LITERAL = String.raw`(?:Object\.freeze\(\s*)?(?:[[\x60'"\d-]|new\s+(?:Map|Set|Date)\b)`
const STARTS = new RegExp(`^${LITERAL}`)
const NAMED = /^[A-Za-z_$][\w$]*(?=\s*(?:;|\n|$))/

/** Whether what a module exports as a whole is written as data with methods of its own, in whose place no functions may come. */
export function exportsData(text: string): boolean {
  return [...text.matchAll(WHOLE)].some(({ 0: found, index }) => {
    const value = text.slice(index + found.length)
    const name = NAMED.exec(value)?.[0]
    return name === undefined ? STARTS.test(value) : definitionOf(name).test(text)
  })
}

const definitionOf = (name: string): RegExp => new RegExp(String.raw`\b(?:const|let|var)\s+${name.replaceAll('$', String.raw`\$`)}\s*(?::[^=\n]+)?=\s*${LITERAL}`)
