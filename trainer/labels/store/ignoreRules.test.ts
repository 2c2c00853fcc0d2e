import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { lettingLabelsThrough } from './ignoreRules.ts'

/** Which of the files git ignores in a repository with these rules. */
function ignored(rules: string, files: readonly string[]): string[] {
  const top = temporaryFolder()
  execFileSync('git', ['init', '--quiet'], { cwd: top })
  fs.writeFileSync(path.join(top, '.gitignore'), rules)
  const { stdout } = spawnSync('git', ['check-ignore', ...files], { cwd: top, encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line !== '')
}

const labels = (folder: string): string[] => [`${folder}.rollout-lab/labels/run/ada-w1.jsonl`, `${folder}.rollout-lab/labels/.gitattributes`, `${folder}.rollout-lab/label-sets/a.json`]
const others = (folder: string): string[] => [`${folder}.rollout-lab/runs/run/run.json`, `${folder}.rollout-lab/datasets/a.jsonl`]

describe('a rule that ignores all of Rollout Lab', () => {
  it('is changed so that git ignores runs and sees labels, wherever the rule held', () => {
    const cases: [rule: string, folders: string[]][] = [
      ['.rollout-lab/', ['', 'samples/chain/']], ['.rollout-lab', ['', 'a/']], ['/.rollout-lab/', ['']], ['**/.rollout-lab/', ['', 'a/b/']], ['.rollout-lab/*', ['']], ['.rollout-lab/**', ['']], ['/deep/.rollout-lab/', ['deep/']]
    ]
    for (const [rule, folders] of cases) {
      const text = `dist/\n${rule}\n*.log\n`
      const changed = lettingLabelsThrough(text, 2)
      assert.ok(changed !== undefined, rule)
      for (const folder of folders) {
        assert.deepEqual(ignored(text, labels(folder)), labels(folder), `${rule} ignored labels before`)
        assert.deepEqual(ignored(changed, labels(folder)), [], `${rule} in ${folder}`)
        assert.deepEqual(ignored(changed, others(folder)), others(folder), `${rule} in ${folder}`)
      }
      assert.deepEqual(ignored(changed, ['dist/x', 'a.log']), ['dist/x', 'a.log'])
    }
  })

  it('keeps the line ends of its file', () => {
    assert.equal(lettingLabelsThrough('a\r\n.rollout-lab/\r\nb\r\n', 2), 'a\r\n**/.rollout-lab/*\r\n!**/.rollout-lab/labels/\r\n!**/.rollout-lab/label-sets/\r\nb\r\n')
  })

  it('is left to people where it says something else', () => {
    for (const rule of ['*.jsonl', '.*', '!.rollout-lab/', '# .rollout-lab/', '.rollout-lab/labels/', '.rollout-lab-old/', '']) assert.equal(lettingLabelsThrough(rule, 1), undefined, rule)
    assert.equal(lettingLabelsThrough('.rollout-lab/', 2), undefined)
  })
})
