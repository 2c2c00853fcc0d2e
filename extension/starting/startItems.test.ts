import assert from 'node:assert/strict'
import { freeName, isHeading, modelItems, startItems } from './startItems.ts'

const sample = { name: 'arithmetic-chain', file: '/s/arithmetic-chain/rl.run.json', notes: 'Chains of operations.' }
const grpo = { name: 'grpo', description: 'Group-relative advantages.', paper: 'Shao et al. 2024' }

describe('what a run can be started from', () => {
  it('is the run files of the workspace, samples and recipes, under headings', () => {
    const items = startItems({ samples: [sample], files: ['/w/a/mine.run.json'], workspaceFolder: '/w', recipes: [grpo] })
    assert.deepEqual(items.map(({ label, description, choice }) => [label, description, choice?.kind]), [
      ['Run files of this workspace', undefined, undefined], ['$(file-code) mine.run.json', 'a/mine.run.json', 'file'],
      ['Samples: start at once, no set-up', undefined, undefined], ['$(beaker) arithmetic-chain', undefined, 'sample'],
      ['Recipes: write a new run file', undefined, undefined], ['$(new-file) grpo', 'Group-relative advantages.', 'recipe']
    ])
  })

  it('begins with the samples where no folder is open', () => {
    const [first, second] = startItems({ samples: [sample], files: [], workspaceFolder: undefined, recipes: [] })
    assert.equal(first?.label, 'Samples: start at once, no set-up')
    assert.deepEqual(second?.choice, { kind: 'sample', sample })
  })

  it('shows hostile file names plainly', () => {
    const [, item] = startItems({ samples: [], files: ['/w/\u202e$(bug).run.json'], workspaceFolder: '/w', recipes: [] })
    assert.equal(item?.label, '$(file-code) $ (bug).run.json')
  })
})

describe('models to choose from', () => {
  it('stand under headings, and any folder can be browsed for', () => {
    const items = modelItems([{ label: 'countdown', folder: '/s/models/countdown' }], ['/w/models/m'], [])
    assert.deepEqual(items.map((item) => [item.label, isHeading(item)]), [
      ['Base models of the samples', true], ['countdown', false], ['Models in this workspace', true], ['m', false], ['$(folder) Choose a folder…', false]
    ])
  })
})

describe('models that runs made', () => {
  it('are shown plainly, whatever their records say', () => {
    const [, item] = modelItems([], [], [{ label: '\u202e$(bug) run', description: '$(x) step\u200b 2', folder: '/runs/a/checkpoints/b' }])
    assert.deepEqual(item, { label: '$ (bug) run', description: '$ (x) step 2', folder: '/runs/a/checkpoints/b' })
  })
})

describe('names of new run files', () => {
  it('are free and plain', () => {
    assert.equal(freeName('a b/c', () => false), 'a-b-c.run.json')
    assert.equal(freeName('a', (name) => name === 'a.run.json' || name === 'a-2.run.json'), 'a-3.run.json')
    assert.equal(freeName('../..', () => false), 'run.run.json')
  })
})
