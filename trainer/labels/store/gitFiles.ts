import fs from 'node:fs'
import path from 'node:path'
import { onDisk } from '../../stores/diskGuard.ts'

/** Labels of several people are merged line by line, on every system with the same line ends. */
export const LABEL_ATTRIBUTES = '*.jsonl text eol=lf merge=union\n'
const IGNORE_ALL = '*\n'

/** Puts the files beside the labels that git needs: labels merge without conflicts, runs are ignored. What is there stays. */
export function ensureGitFiles(labelsRoot: string): void {
  writeIfAbsent(path.join(labelsRoot, '.gitattributes'), LABEL_ATTRIBUTES)
  const runs = path.join(path.dirname(labelsRoot), 'runs')
  if (fs.existsSync(runs)) writeIfAbsent(path.join(runs, '.gitignore'), IGNORE_ALL)
}

/** Whether the attributes that lie with the labels let git merge them line by line. */
export function mergesLines(labelsRoot: string): boolean {
  const place = path.join(labelsRoot, '.gitattributes')
  return fs.existsSync(place) && /^\*\.jsonl\b.*\bmerge=union\b/m.test(fs.readFileSync(place, 'utf8'))
}

function writeIfAbsent(place: string, content: string): void {
  if (fs.existsSync(place)) return
  try {
    onDisk(place, () => fs.writeFileSync(place, content, { flag: 'wx' }))
  } catch (error) {
    // Another window makes it at this moment.
    if (!fs.existsSync(place)) throw error
  }
}
