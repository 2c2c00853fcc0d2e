import * as vscode from 'vscode'
import { PAGE_ROWS } from '../../trainer/protocol/queries.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import { chooseRunToLabel } from '../commands/chooseRun.ts'
import { plainLine } from '../plainText.ts'
import { activeTrace } from '../ratings/pointedAt.ts'
import { queueTitle } from '../ratings/queueWords.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { mayExecute } from '../starting/trust.ts'
import { NothingAsked } from './createSuggestions.ts'
import { endpointAddress } from './endpointAddress.ts'
import type { EndpointAddress } from './endpointAddress.ts'

const TITLE = 'Suggest Labels'
const AMOUNTS = [10, 25, 50, 100]

/** Drafts on rollouts that were handed over, on the open trace, or on the next of a run's queue. */
export const suggestLabels: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute(TITLE))) return undefined
  const places = placesGiven(shell, given) ?? (await choosePlaces(shell, given))
  if (!places) return undefined
  try {
    return await shell.suggestions.draft(places)
  } catch (error) {
    if (error instanceof NothingAsked) return undefined
    throw error
  }
}

/** Rollouts of runs that the list knows; of one run at a time. */
function placesGiven({ runs }: Shell, [first]: readonly unknown[]): readonly RolloutPlace[] | undefined {
  const handed: readonly unknown[] = Array.isArray(first) ? first : [first]
  const places = handed.filter((each): each is RolloutPlace => isPlace(each) && runs.find(each.run) !== undefined)
  return places.length === 0 ? undefined : places
}

const isPlace = (value: unknown): value is RolloutPlace =>
  typeof value === 'object' && value !== null && 'run' in value && typeof value.run === 'string' && 'id' in value && typeof value.id === 'string'

async function choosePlaces(shell: Shell, given: readonly unknown[]): Promise<readonly RolloutPlace[] | undefined> {
  const trace = given.length === 0 ? activeTrace(shell) : undefined
  const run = trace?.place.run ?? (await chooseRunToLabel(shell, given, TITLE))?.card.directory
  if (run === undefined) return undefined
  const waiting = await waitingIn(shell, run)
  const amounts = [...AMOUNTS.filter((amount) => amount < waiting.length), ...(waiting.length > 0 ? [Math.min(waiting.length, AMOUNTS.at(-1)!)] : [])]
  const items = [
    ...(trace ? [{ label: 'The open trace', description: plainLine(trace.place.id, 60), places: [trace.place] }] : []),
    ...[...new Set(amounts)].map((amount) => ({ label: `The next ${amount}`, description: `of the queue “${queueTitle(shell.labelQueue.kind)}” without drafts`, places: waiting.slice(0, amount) }))
  ]
  if (items.length === 0) {
    void vscode.window.showInformationMessage(`No rollout without drafts waits in the queue “${queueTitle(shell.labelQueue.kind)}”. Choose Labelling Queue… offers others.`)
    return undefined
  }
  return (await vscode.window.showQuickPick(items, { title: TITLE, placeHolder: 'Which rollouts' }))?.places
}

/** Of the queue, what has no drafts to decide on. */
async function waitingIn({ queries, labels, labelQueue }: Shell, run: string): Promise<readonly RolloutPlace[]> {
  await labels.follow(run)
  const queue = await queries.ask('labels/queue', { run, kind: labelQueue.kind, labeler: await labels.labeler(), pairs: false, seed: 0, limit: PAGE_ROWS })
  const ids = [...new Set(queue.map(({ rollout }) => rollout))]
  const states = await queries.ask('labels/states', { run, ids })
  return ids.filter((_, i) => (states[i]?.drafts ?? 0) === 0).map((id) => ({ run, id }))
}

/** Asks for the key of the endpoint in the settings, and keeps it in the editor's secret storage. */
export const setEndpointKey: CommandHandler = async (shell) => {
  const address = await addressInSettings(shell)
  if (!address) return
  if (!address.isPrivate) throw new Error(`A key for ${address.origin} would be sent without encryption. Use https.`)
  const key = await vscode.window.showInputBox({ title: `Key for ${plainLine(address.origin, 120)}`, prompt: 'Kept in VS Code’s secret storage, and sent to this address alone.', password: true, ignoreFocusOut: true, validateInput: keyProblem })
  if (key === undefined) return
  await shell.suggestions.keys.set(address.origin, key.trim())
  vscode.window.setStatusBarMessage(`The key for ${plainLine(address.origin, 120)} is kept.`, 4000)
}

export const clearEndpointKey: CommandHandler = async (shell) => {
  const address = await addressInSettings(shell)
  if (!address) return
  await shell.suggestions.keys.clear(address.origin)
  void vscode.window.showInformationMessage(`No key is kept for ${plainLine(address.origin, 120)}.`)
}

/** What cannot stand in a header would be told with the header in an error. */
const keyProblem = (key: string): string | undefined => (/^[\x21-\x7e]{1,1000}$/.test(key.trim()) ? undefined : 'A key is made of printable ASCII characters without spaces.')

async function addressInSettings({ settings }: Shell): Promise<EndpointAddress | undefined> {
  const { endpoint } = settings.current.suggestions
  if (endpoint !== '') return endpointAddress(endpoint)
  const open = 'Open Settings'
  if ((await vscode.window.showInformationMessage('No endpoint is set: rolloutLab.suggestions.endpoint is empty.', open)) === open) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'rolloutLab.suggestions')
  }
  return undefined
}
