// Makes the project of a workspace sample with its git history: node samples/workspace-history.mjs <sample> <new folder>
// A repository cannot lie within another one, so the sample holds what each commit changed and this makes the commits of it.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * @param {string} sample name of a folder beside this file
 * @param {string} target a folder that does not exist yet
 * @param {{ nodeModules?: string }} [options] installed packages to link, instead of an npm install
 * @returns whether they are there
 */
export function makeWorkspace(sample, target, { nodeModules } = {}) {
  const history = join(here, sample, 'history')
  mkdirSync(target, { recursive: true })
  git(target, ['init', '--quiet', '--initial-branch=main'])
  JSON.parse(readFileSync(join(history, 'commits.json'), 'utf8')).forEach(({ folder, subject }, at) => {
    cpSync(join(history, folder), target, { recursive: true })
    git(target, ['add', '--all'])
    git(target, ['commit', '--quiet', '-m', subject], new Date(Date.UTC(2025, 0, 6 + at, 9)).toISOString())
  })
  if (nodeModules === undefined || !existsSync(nodeModules)) return false
  symlinkSync(nodeModules, join(target, 'node_modules'), 'junction')
  return true
}

function git(folder, args, date) {
  const identity = ['-c', 'user.name=Sample', '-c', 'user.email=sample@example.org', '-c', 'commit.gpgsign=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false']
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const dates = date === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  execFileSync('git', [...identity, ...args], { cwd: folder, env: { ...own, ...dates }, stdio: ['ignore', 'ignore', 'inherit'] })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [sample, target] = process.argv.slice(2)
  if (sample === undefined || target === undefined || existsSync(target)) {
    console.error('Usage: node samples/workspace-history.mjs workspace-mocha|workspace-pytest <folder that does not exist yet>')
    process.exitCode = 2
  } else {
    const name = sample.replace(/^samples\//, '')
    const own = resolve(here, '..', 'node_modules')
    const linked = makeWorkspace(name, resolve(target), existsSync(join(own, 'mocha')) ? { nodeModules: own } : {})
    if (!linked && existsSync(join(target, 'package.json'))) console.log(`Its tests need packages: (cd ${target} && npm install)`)
  }
}
