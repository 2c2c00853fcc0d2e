import type { Label } from '../../trainer/protocol/label.ts'
import { ViewError } from '../connection/viewError.ts'
import type { LabellerStart, NewLabel } from '../protocol/labeller.ts'
import { actionOf } from './keyGrammar.ts'
import { labelOf, QUALITY, rolloutWithSteps } from './labeller.fixture.ts'
import { LabellerModel } from './labellerModel.ts'
import type { Connection } from './labellerModel.ts'

/** A host with a run of so many rollouts, and a disk in memory. */
export class FakeHost {
  readonly commits: (readonly NewLabel[])[] = []
  readonly labels: Label[] = []
  readonly saved: unknown[] = []
  readonly listeners = new Map<string, (payload: never) => void>()
  failing = false
  qualityControl = false
  silent = false
  /** A rollout whose item cannot be read for now. */
  unreadable = ''
  /** Rollouts whose items exist. */
  readonly rollouts: readonly string[]
  readonly steps: number
  /** Holds commits back until it resolves. */
  gate: Promise<void> = Promise.resolve()

  constructor(steps = 12, rollouts: readonly string[] = ['a', 'b', 'c']) {
    this.steps = steps
    this.rollouts = rollouts
  }

  readonly connection: Connection = {
    ask: ((name: string, params: never) => this.#answer(name, params)) as Connection['ask'],
    on: ((notice: string, listener: (payload: never) => void) => (this.listeners.set(notice, listener), () => undefined)) as Connection['on'],
    saveState: (state) => void this.saved.push(structuredClone(state))
  }

  #undone(label: NewLabel | undefined): { readonly rollout: string; readonly other?: string } | null {
    if (!label) return null
    return { rollout: label.rollout, ...(label.opinion.kind === 'preference' && { other: label.opinion.other.rollout }) }
  }

  async #answer(name: string, params: { labels: readonly NewLabel[]; rollout: string; other?: string; qualityControl: boolean; pairs: boolean }): Promise<unknown> {
    if (this.silent) throw new ViewError('There is no answer.', { code: 'silent', remedy: 'Wait.' })
    if (name === 'queue') return this.rollouts.map((rollout, index) => ({ rollout, qualityControl: this.qualityControl, ...(params.pairs && { other: this.rollouts[(index + 1) % this.rollouts.length] }) }))
    if (name === 'item') {
      if (params.rollout === this.unreadable) throw new ViewError('There is no answer.', { code: 'silent', remedy: 'Wait.' })
      if (!this.rollouts.includes(params.rollout)) return null
      const { rollout, other, qualityControl } = params
      return { rollout: rolloutWithSteps(this.steps, rollout), labels: this.labels.filter((label) => label.rollout === rollout), qualityControl, ...(other && { other: rolloutWithSteps(this.steps, other) }) }
    }
    if (name === 'progress') return { completed: 0, total: 3, today: 0, medianSeconds: null, consistency: null, qualityControl: null, drafts: [] }
    if (name === 'undo') return this.#undone(this.commits.pop()?.[0])
    if (name !== 'commit') return null
    await this.gate
    if (this.failing) throw new ViewError('The disk is full.', { code: 'full', remedy: 'Free some space.' })
    this.commits.push(params.labels)
    return params.labels.map((label, index) => labelOf(label as never, `${this.commits.length}-${index}`, this.commits.length))
  }
}

const start = (more: Partial<LabellerStart> = {}): LabellerStart => ({ run: { name: 'run' } as LabellerStart['run'], labeler: 'ann', labelSets: [QUALITY], saved: null, ...more })

export async function opened(host: FakeHost, more: Partial<LabellerStart> = {}): Promise<LabellerModel> {
  const model = new LabellerModel(host.connection, start(more), () => undefined, () => 0)
  await model.begin()
  return model
}

/** What the page does with a key, except for what only it can draw. */
export async function press(model: LabellerModel, key: string, ctrlKey = false): Promise<void> {
  const action = actionOf({ key, ctrlKey, metaKey: false, altKey: false }, model.open?.writing ? 'text' : 'page')
  if (!action) throw new Error(`${key} does nothing`)
  if (action.do === 'rate') model.act((open) => open.rate(action.rating))
  else if (action.do === 'digit') model.act((open) => open.digit(action.digit))
  else if (action.do === 'down' || action.do === 'up') model.act((open) => void open.move(action.do === 'down' ? 1 : -1))
  else if (action.do === 'critique') model.act((open) => open.write('critique', model.settings.blind))
  else if (action.do === 'verdict') model.act((open) => open.nextVerdict())
  else if (action.do === 'noneWrong') model.act((open) => open.noneWrong())
  else if (action.do === 'complete') await model.complete()
  else if (action.do === 'commit') await model.commit()
  else if (action.do === 'undo') await model.undo()
  else throw new Error(`${action.do} is not known here`)
}

export const opinions = (commit: readonly NewLabel[] | undefined) => (commit ?? []).map(({ opinion, anchor: { step } }) => (step === undefined ? opinion : { ...opinion, at: step }))
