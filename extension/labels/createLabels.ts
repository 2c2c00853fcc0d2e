import os from 'node:os'
import * as vscode from 'vscode'
import type { LabelRecord } from '../../trainer/protocol/label.ts'
import type { Labels } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import { firstFitName } from './labelerName.ts'
import { LabelSession } from './labelSession.ts'
import type { LabelPlace } from './labelSession.ts'
import { labelsPlace } from './labelsPlace.ts'
import { readLabelSetsOf } from './readLabelSets.ts'

export interface LabelsParts {
  readonly queries: Queries
  readonly settings: SettingsSource
  readonly log: (line: string) => void
}

/** Labels of this window. */
export function createLabels({ queries, settings, log }: LabelsParts): Labels {
  const session = new LabelSession()
  const changed = new vscode.EventEmitter<{ readonly run: string; readonly rollouts: readonly string[] }>()
  let name: Promise<string> | undefined
  const forgetName = (): void => void (name = undefined)
  const labeler = (): Promise<string> => (name ??= labelerName(settings))
  const folderOf = (run: string): string => labelsPlace(settings, run)
  const placeOf = async (run: string): Promise<LabelPlace> => ({ run, folder: folderOf(run), labeler: await labeler() })
  const told = (run: string, records: readonly LabelRecord[]): readonly LabelRecord[] => {
    if (records.length > 0) changed.fire({ run, rollouts: [...new Set(records.map(({ rollout }) => rollout))] })
    return records
  }
  const listening = [queries.onLabelsChanged((change) => changed.fire(change)), settings.onDidChange(forgetName), vscode.workspace.onDidGrantWorkspaceTrust(forgetName)]
  return {
    labeler,
    folderOf,
    follow: async (run) => void (await queries.ask('labels/folder', { run, folder: folderOf(run) })),
    append: async (run, records) => told(run, session.append(await placeOf(run), records)),
    undo: async (run) => told(run, session.undo(await placeOf(run))),
    of: ({ run, id }) => queries.ask('labels/of', { run, id }),
    labelSets: () => Promise.resolve(readLabelSetsOf(workspaceFoldersOnDisk().map(({ uri }) => uri.fsPath), log)),
    onDidChange: changed.event,
    dispose: () => {
      session.close()
      for (const each of [changed, ...listening]) each.dispose()
    }
  }
}

/** Git is asked in trusted workspaces alone. */
async function labelerName(settings: SettingsSource): Promise<string> {
  const { labeler } = settings.current
  return firstFitName([labeler, ...(labeler === '' && vscode.workspace.isTrusted ? await namesFromGit() : []), systemUser()])
}

async function namesFromGit(): Promise<readonly string[]> {
  const { gitUserNames } = await import('../../trainer/stores/gitUser.ts')
  return gitUserNames(workspaceFoldersOnDisk()[0]?.uri.fsPath ?? os.homedir())
}

function systemUser(): string | undefined {
  try {
    return os.userInfo().username
  } catch {
    // A user id without a name, as in containers.
    return undefined
  }
}
