import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './labProcess.ts'

/** README.md shows the table between `<!-- name -->` and `<!-- /name -->`; without these nothing is written. */
export function writeIntoReadme(name: string, table: string): void {
  const path = join(root, 'README.md')
  if (!existsSync(path)) return
  const marked = new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`)
  writeFileSync(path, readFileSync(path, 'utf8').replace(marked, (_, open: string, close: string) => `${open}\n${table}\n${close}`))
}
