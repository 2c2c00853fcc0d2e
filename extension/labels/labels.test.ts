import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Disposable } from 'vscode'
import { textHash } from '../../trainer/labels/anchors/textHash.ts'
import { parseLabelSet } from '../../trainer/labels/labelSets/parseLabelSet.ts'
import { foldLabels } from '../../trainer/labels/store/foldLabels.ts'
import { readLabels } from '../../trainer/labels/store/labelReader.ts'
import type { Opinion } from '../../trainer/protocol/label.ts'
import type { NewRecord } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import { takingOver } from '../ratings/drafts.ts'
import { Ledger, onStep, threeSteps } from '../ratings/labels.fixture.ts'
import { newRecord } from '../traces/newRecord.ts'
import { commitMessage } from './commitWords.ts'
import { firstFitName, fitLabelerName } from './labelerName.ts'
import { LabelSession } from './labelSession.ts'
import { withLabelFolders } from './labelledQueries.ts'
import { labelSetText } from './labelSetTemplate.ts'
import { readLabelSetsOf } from './readLabelSets.ts'

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'rollout-lab-labels-'))
after(() => fs.rmSync(scratch, { recursive: true }))

const record = (opinion: Opinion, changes: Partial<NewRecord> = {}): NewRecord =>
  ({ rollout: 't000001.1-000-00', problemId: 'p', anchor: { segment: 0, textHash: textHash('text'), from: 0, to: 4 }, opinion, ...changes })
const critique = (text: string, changes: Partial<NewRecord> = {}): NewRecord => record({ kind: 'critique', text }, changes)

describe('the labels of a window', () => {
  let session: LabelSession
  let place: { run: string; folder: string; labeler: string }
  beforeEach(() => {
    session = new LabelSession()
    const folder = fs.mkdtempSync(path.join(scratch, 'labels-'))
    place = { run: path.join(scratch, 'runs', 'grpo--base--1'), folder, labeler: 'ada' }
  })
  afterEach(() => session.close())
  const shown = (): string[] => foldLabels(readLabels(place.folder).records).map(({ opinion }) => ('text' in opinion ? opinion.text : opinion.kind))

  it('are filled in, written to a file of the labeler, and human unless told', () => {
    const [written] = session.append(place, [critique('a')])
    assert.deepEqual([written!.run, written!.labeler, written!.source, written!.version], ['grpo--base--1', 'ada', { kind: 'human' }, 1])
    const model = { kind: 'model', provider: 'critic', model: 'm' } as const
    const [draft] = session.append(place, [critique('b', { source: model, labeler: 'critic', draft: true })])
    assert.deepEqual([draft!.labeler, draft!.source, draft!.draft], ['critic', model, true])
    assert.deepEqual(fs.readdirSync(place.folder).map((name) => name.replace(/-[0-9a-f]{12}\.jsonl$/, '')), ['ada', 'critic'])
    assert.deepEqual(readLabels(place.folder).records, [written, draft])
  })

  it('are taken back one commit at a time, the newest first', () => {
    session.append(place, [critique('a'), critique('b')])
    session.append(place, [critique('c')])
    assert.deepEqual(session.undo(place).map(({ opinion }) => opinion), [{ kind: 'critique', text: 'c' }])
    assert.deepEqual(shown(), ['a', 'b'])
    assert.equal(session.undo(place).length, 2)
    assert.deepEqual(shown(), [])
    assert.deepEqual(session.undo(place), [])
  })

  it('have edits, deletions and remarks taken back like labels', () => {
    const [first] = session.append(place, [critique('a')])
    const [second] = session.append(place, [critique('b', { replaces: first!.id })])
    session.append(place, [critique('c', { replaces: second!.id })])
    const [removed] = session.append(place, [record({ kind: 'deleted', of: first!.id })])
    assert.deepEqual(shown(), [])
    assert.deepEqual(session.undo(place).map(({ id }) => id), [removed!.id])
    assert.deepEqual(shown(), ['c'])
    session.undo(place)
    assert.deepEqual(shown(), ['b'])
    session.undo(place)
    assert.deepEqual(shown(), ['a'])
    session.append(place, [record({ kind: 'resolved', of: first!.id, resolved: true })])
    session.undo(place)
    assert.equal(foldLabels(readLabels(place.folder).records)[0]!.resolved, false)
    session.undo(place)
    assert.deepEqual(shown(), [])
  })

  it('take back no draft, which came by itself meanwhile', () => {
    const draft = { source: { kind: 'model', provider: 'critic', model: 'm' }, draft: true } as const
    session.append(place, [critique('mine')])
    session.append(place, [critique('drafted', draft)])
    session.append(place, [critique('both'), critique('drafted beside it', draft)])
    assert.deepEqual(session.undo(place).map(({ opinion }) => 'text' in opinion && opinion.text), ['both'])
    assert.deepEqual(session.undo(place).map(({ opinion }) => 'text' in opinion && opinion.text), ['mine'])
    assert.deepEqual(session.undo(place), [])
    assert.deepEqual(shown(), ['drafted', 'drafted beside it'])
  })

  it('take back a draft that was taken over in one go: it waits again', () => {
    const rollout = threeSteps()
    const ledger = new Ledger()
    ledger.add(rollout, 'critic', onStep(rollout, 1, { kind: 'critique', text: 'drafted' }), { source: { kind: 'checker', name: 'steps' }, draft: true })
    const [draft] = ledger.labels
    const sayings = takingOver({ rollout, labels: ledger.labels, labeler: 'ada', segment: 0 }, draft!, { kind: 'critique', text: 'mine' })
    const written = session.append(place, sayings.map((saying) => newRecord(rollout, saying, { seconds: 1, qualityControl: false })))
    assert.deepEqual(written[1]!.opinion, { kind: 'decision', of: draft!.id, decision: 'edited', became: written[0]!.id })
    assert.equal(written[0]!.suggestedBy?.how, 'edited')
    const labels = () => foldLabels([...ledger.records, ...readLabels(place.folder).records]).map(({ opinion, decision }) => ['text' in opinion && opinion.text, decision])
    assert.deepEqual(labels(), [['drafted', 'edited'], ['mine', undefined]])
    session.undo(place)
    assert.deepEqual(labels(), [['drafted', undefined]])
    assert.deepEqual(session.undo(place), [])
  })

  it('take back nothing of other windows', () => {
    const other = new LabelSession()
    other.append(place, [critique('theirs')])
    session.append(place, [critique('mine')])
    session.undo(place)
    assert.deepEqual(session.undo(place), [])
    assert.deepEqual(shown(), ['theirs'])
    other.close()
  })
})

describe('the name of a labeler', () => {
  it('is made fit for the name of a file', () => {
    const names: [string, string | undefined][] = [
      ['Ada Lovelace', 'Ada-Lovelace'], ['José Núñez', 'Jose-Nunez'], ['../../etc', 'etc'], ['-rf', 'rf'], ['a'.repeat(60), 'a'.repeat(40)], [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
      ['山田', undefined], ['', undefined], ['…', undefined], ['a\u202eb', 'a-b'], ['con.', 'con']
    ]
    for (const [name, fit] of names) assert.equal(fitLabelerName(name), fit, name)
  })

  it('is the first of which something is left', () => {
    assert.equal(firstFitName(['', undefined, '山田', 'yamada']), 'yamada')
    assert.equal(firstFitName(['', undefined]), 'labeler')
  })
})

describe('the message of a commit', () => {
  it('names labelers and runs', () => {
    const file = (run: string, labeler: string): string => `work/.rollout-lab/labels/${run}/${labeler}-0123abcd4567.jsonl`
    assert.equal(commitMessage([file('run-1', 'ada'), file('run-1', 'ada-b'), '.rollout-lab/labels/.gitattributes']), 'Add labels of ada and ada-b on run-1')
    assert.equal(commitMessage([file('run-1', 'ada'), file('run-2', 'bob'), file('run-2', 'cyd')]), 'Add labels of ada, bob and cyd on 2 runs')
    assert.equal(commitMessage(['a', 'b', 'c', 'd'].map((labeler) => file('r', labeler))), 'Add labels of 4 labelers on r')
    assert.equal(commitMessage(['.rollout-lab/label-sets/a.json']), 'Add label sets')
  })
})

describe('questions about labels', () => {
  type Asked = [string, unknown]
  const fake = (fails: () => boolean = () => false): { queries: Queries; asked: Asked[]; restart: () => void } => {
    const asked: Asked[] = []
    let restart = (): void => undefined
    const nothing = (): Disposable => ({ dispose: () => undefined })
    const queries: Queries = {
      ask: async (request, parameters) => {
        asked.push([request, parameters])
        if (request === 'labels/folder' && fails()) throw new Error('down')
        return undefined as never
      },
      onChanged: nothing, onViewChanged: nothing, onLabelsChanged: nothing, onSearchHits: nothing, watch: nothing, dispose: () => undefined,
      onRestarted: (listener) => {
        restart = () => void listener()
        return { dispose: () => undefined }
      }
    }
    return { queries, asked, restart: () => restart() }
  }
  const names = (asked: readonly Asked[]): string[] => asked.map(([name]) => name)

  it('come after the word where the labels of the run lie, which is given once', async () => {
    const { queries, asked } = fake()
    const labelled = withLabelFolders(queries, (run) => `labels of ${run}`)
    await Promise.all([labelled.ask('labels/of', { run: 'a', id: '1' }), labelled.ask('labels/of', { run: 'a', id: '2' })])
    await labelled.ask('labels/of', { run: 'b', id: '1' })
    assert.deepEqual(asked[0], ['labels/folder', { run: 'a', folder: 'labels of a' }])
    assert.deepEqual(names(asked), ['labels/folder', 'labels/of', 'labels/of', 'labels/folder', 'labels/of'])
    await labelled.ask('labels/folder', { run: 'a', folder: 'labels of a' })
    assert.equal(asked.length, 5)
  })

  it('are those of lists narrowed by labels too; nothing else tells anything', async () => {
    const { queries, asked } = fake()
    const labelled = withLabelFolders(queries, (run) => run)
    const view = { runs: ['a', 'b'], sort: [], by: 'rollouts', follow: false } as const
    await labelled.ask('rollouts/open', { ...view, filter: {} } as never)
    assert.deepEqual(names(asked), ['rollouts/open'])
    await labelled.ask('rollouts/open', { ...view, filter: { labels: ['flagged'] } } as never)
    assert.deepEqual(names(asked).slice(1), ['labels/folder', 'labels/folder', 'rollouts/open'])
  })

  it('are told again to a process that was started anew, and where telling failed', async () => {
    let down = true
    const { queries, asked, restart } = fake(() => down)
    const labelled = withLabelFolders(queries, (run) => run)
    await assert.rejects(labelled.ask('labels/of', { run: 'a', id: '1' }), /down/)
    down = false
    await labelled.ask('labels/of', { run: 'a', id: '1' })
    restart()
    assert.deepEqual(names(asked), ['labels/folder', 'labels/folder', 'labels/of', 'labels/folder'])
  })
})

describe('label sets of a workspace', () => {
  it('start from a template that is one', () => {
    const { title, fields } = parseLabelSet('quality', labelSetText('Mine'), 'quality.json')
    assert.deepEqual([title, fields.map(({ type }) => type)], ['Mine', ['integer', 'choice', 'boolean', 'text']])
    const sample = new URL('../../samples/maze-walk/.rollout-lab/label-sets/quality-of-reasoning.json', import.meta.url)
    assert.equal(fs.readFileSync(sample, 'utf8'), labelSetText('Quality of reasoning'), 'the sample is what the command writes')
  })

  it('are those of all folders, the first folder’s where names are equal; what is none is said', () => {
    const folders = ['a', 'b'].map((name) => path.join(scratch, name))
    const lines: string[] = []
    for (const [i, folder] of folders.entries()) {
      fs.mkdirSync(path.join(folder, '.rollout-lab', 'label-sets'), { recursive: true })
      fs.writeFileSync(path.join(folder, '.rollout-lab', 'label-sets', 'same.json'), labelSetText(`of ${i}`))
    }
    fs.writeFileSync(path.join(folders[1]!, '.rollout-lab', 'label-sets', 'broken.json'), '{\u001b[31m')
    assert.deepEqual(readLabelSetsOf(folders, (line) => lines.push(line)).map(({ title }) => title), ['of 0'])
    assert.equal(lines.length, 1)
    assert.match(lines[0]!, /broken\.json cannot be used/)
    assert.doesNotMatch(lines[0]!, /\u001b/)
  })
})
