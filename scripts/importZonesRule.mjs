// ESLint rule: imports follow scripts/zones.mjs.
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mayImport, packageZones } from './zones.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const fromRoot = (path) => relative(root, path).replaceAll('\\', '/')

function complaint(file, source) {
  if (source.startsWith('.')) {
    const target = fromRoot(resolve(root, dirname(file), source))
    return mayImport(file, target) ? undefined : `${file} must not import ${target} (scripts/zones.mjs).`
  }
  const name = source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/')
  const allowed = packageZones[name]
  if (!allowed || file.startsWith('test/') || allowed.some((zone) => file === zone || file.startsWith(`${zone}/`))) return undefined
  return `Only ${allowed.join(', ')} may import ${name} (scripts/zones.mjs).`
}

export const importZones = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = fromRoot(context.filename)
    const check = (node) => {
      if (!node.source) return
      const message = complaint(file, String(node.source.value))
      if (message) context.report({ node: node.source, message })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check }
  }
}
