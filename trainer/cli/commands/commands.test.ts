import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runFileSchema } from '../editorFiles.ts'
import { EXIT } from '../exitCodes.ts'
import { eachInRunFolder, launching, lines, RUN_FILE } from '../runFolder.fixture.ts'
import type { Services } from '../services.ts'

describe('commands', () => {
  const here = eachInRunFolder()
  const { lab } = here

  describe('resume', () => {
    it('goes on with a run', async () => {
      mkdirSync(join(here.folder, 'r'))
      const { code, out } = await lab(['resume', 'r'], { resume: async (directory) => ({ state: 'finished', directory }) })
      assert.equal(code, EXIT.finished)
      assert.equal(out, 'The run lies in <folder>/r\n')
    })

    it('refuses a directory that does not exist', async () => {
      const { code, err } = await lab(['resume', 'nowhere'])
      assert.equal(code, EXIT.usage)
      assert.equal(err, 'error: There is no directory nowhere.\n  at nowhere\n  Name the directory of a run. List those made here with: lab runs\n')
    })
  })

  describe('demo', () => {
    it('tells the story of a sample and what to do next', async () => {
      mkdirSync(join(here.folder, 'arithmetic-chain'))
      writeFileSync(join(here.folder, 'arithmetic-chain', 'rl.run.json'), RUN_FILE.replace('"name": "tiny"', '"name": "chains", "notes": "Step by step."'))
      const { code, out } = await lab(['demo', '--out', join(here.folder, 'r')], { ...launching(), samplesFolder: here.folder })
      assert.equal(code, EXIT.finished)
      assert.match(out, /^Reinforcement learning with verifiable rewards: chains\nStep by step\.\nStarting run/)
      assert.match(out, /Before training[\s\S]*At step 1[\s\S]*After step 2[\s\S]*Held-out problems[\s\S]*The run lies in/)
      assert.equal(out.split('What to do next:\n')[1], [
        '  evaluate it    lab eval /runs/chain--base--r1/model --as-run <folder>/r',
        "  ask the model  lab sample /runs/chain--base--r1/model --prompt '26 * 2 + 6 :'",
        '  list runs      lab runs', ''
      ].join('\n'))
    })

    it('lists the samples for one that does not exist', async () => {
      mkdirSync(join(here.folder, 'countdown'))
      writeFileSync(join(here.folder, 'countdown', 'rl.run.json'), RUN_FILE)
      const { code, err } = await lab(['demo', '--sample', 'zebra'], { samplesFolder: here.folder })
      assert.equal(code, EXIT.usage)
      assert.equal(err, 'error: There is no sample "zebra".\n  at --sample\n  samples: countdown\n')
    })
  })

  describe('modules of the workspace', () => {
    beforeEach(() => {
      writeFileSync(join(here.folder, 'short.ts'), `
        export const reward = {
          name: 'short',
          score: ({ completion }: { completion: string }, options: { limit: number }) => ({ score: completion.length < options.limit ? 1 : 0, why: 'counted' })
        }`)
      writeFileSync(join(here.folder, 'a.run.json'), RUN_FILE.replace('"steps"', '"rewards": [{ "name": "module", "path": "short.ts", "options": { "limit": 5 } }], "steps"'))
    })

    it('run only after explicit trust; nothing is left where they may not', async () => {
      const refused = await lab(['run', 'a.run.json', '--out', 'r'])
      assert.equal(refused.code, EXIT.usage)
      assert.match(refused.err, /short\.ts is code of the workspace that nobody has approved[\s\S]*--trust-workspace/)
      assert.equal(existsSync(join(here.folder, 'r')), false)
    })

    it('give rewards once trusted', async () => {
      writeFileSync(join(here.folder, 'c.jsonl'), '{"prompt": "26 * 2 + 6 :", "completion": "8"}\n{"prompt": "26 * 2 + 6 :", "completion": "too long"}\n')
      assert.equal((await lab(['score', 'a.run.json', '--completions', 'c.jsonl'])).code, EXIT.usage)
      const { code, out } = await lab(['score', 'a.run.json', '--completions', 'c.jsonl', '--trust-workspace'])
      assert.equal(code, EXIT.finished)
      assert.deepEqual(lines(out), [1, 0].map((score) => ({ total: score, parts: [{ name: 'short', weight: 1, score, why: 'counted' }] })))
      const run = await lab(['run', 'a.run.json', '--set', 'steps=1', '--out', 'r', '--trust-workspace'])
      assert.equal(run.code, EXIT.finished, run.err)
      const again = await lab(['resume', 'r'])
      assert.equal(again.code, EXIT.finished)
      assert.match(again.out, /^Held-out problems of arithmetic-chain[\s\S]*The run lies in <folder>\/r\n$/)
    })
  })

  describe('runs and schema', () => {
    it('lists runs', async () => {
      assert.equal((await lab(['runs'])).out, 'No runs here yet. Start one with: lab run FILE\n')
      const listRuns: Services['listRuns'] = () => [{ directory: '/runs/a', status: 'finished', step: 3, steps: 3, updatedAt: '2026-01-02T03:04:05.000Z', passAt1: { before: 0.281, after: 0.68 } }, { directory: '/runs/\u001b[2Jb', status: 'damaged', problem: 'no state' }]
      assert.equal((await lab(['runs'], { listRuns })).out, [
        '  run         state  step         pass@1            last sign', '  /runs/a  finished   3/3  0.281 → 0.680  2026-01-02 03:04:05', '  /runs/b  no state     –              –                    –',
        '  Go on with a stopped run: lab resume DIRECTORY', ''
      ].join('\n'))
      assert.equal(lines((await lab(['runs', '--json'], { listRuns })).out).length, 2)
    })

    it('shows held-out pass@1 before and after, and what is wrong with a summary', async () => {
      const run = await lab(['run', 'a.run.json'])
      assert.equal(run.code, EXIT.finished, run.err)
      const { out } = await lab(['runs'])
      assert.match(out, /tiny--new--\S+ +finished +2\/2 +[01]\.\d{3} → [01]\.\d{3} /)
      const [listed] = lines((await lab(['runs', '--json'])).out) as { directory: string; passAt1: { before: number; after: number } }[]
      const { heldOut } = JSON.parse(readFileSync(join(listed!.directory.replace('<folder>', here.folder), 'summary.json'), 'utf8')) as { heldOut: Record<'before' | 'after', { passAt1: { value: number } }> }
      assert.deepEqual(listed?.passAt1, { before: heldOut.before.passAt1.value, after: heldOut.after.passAt1.value })
      writeFileSync(join(listed!.directory.replace('<folder>', here.folder), 'summary.json'), '{')
      assert.match((await lab(['runs'])).out, /finished; \S+summary\.json cannot be read[^\n]* +2\/2 +– /)
    })

    it('prints the version of the program, which its package says', async () => {
      const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { version: string }
      for (const flag of ['--version', '-V']) {
        const { code, out, err } = await lab([flag])
        assert.deepEqual([code, out, err], [EXIT.finished, `${version}\n`, ''])
      }
    })

    it('prints the schema of run files', async () => {
      const { out } = await lab(['schema'])
      const schema = JSON.parse(out) as { $schema: string; properties: Record<string, unknown> }
      assert.match(schema.$schema, /draft-07/)
      assert.ok('recipe' in schema.properties)
      assert.deepEqual(schema, JSON.parse(JSON.stringify(runFileSchema())))
    })
  })
})
