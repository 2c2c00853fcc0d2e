import * as vscode from 'vscode'
import { isRewardFile } from '../../trainer/protocol/rewardFile.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Queries } from '../contracts/queries.ts'
import { plainLine } from '../plainText.ts'
import { fileMeant, modulesOfParts, rewardLine } from './rewardReferences.ts'
import type { ModuleReward } from './rewardReferences.ts'

export const REWARD_FILES = '**/*.reward.{ts,js,py}'
const MODULES = '**/*.{ts,js,mts,mjs,py}'
const IGNORED = '{**/node_modules/**,**/.rollout-lab/**,**/.git/**,**/.venv/**}'
const MOST_FILES = 5000
const NO_FILE =
  'There is no reward file in this workspace yet: a file named *.reward.ts, *.reward.js or *.reward.py that exports functions of a problem and a completion.'

/** A reward part of a rollout, with the file of the workspace that gave it. */
export interface PartSource {
  /** Position among the parts. */
  readonly part: number
  readonly name: string
  readonly why: string
  readonly reference: ModuleReward
  readonly file: vscode.Uri
}

/** Reward files of the workspace. */
export async function rewardFiles(): Promise<readonly vscode.Uri[]> {
  return (await vscode.workspace.findFiles(REWARD_FILES, IGNORED, MOST_FILES)).filter(({ scheme }) => scheme === 'file')
}

/** The parts of a rollout that files of this workspace gave. */
export async function sourcesOf({ queries }: { readonly queries: Pick<Queries, 'ask'> }, place: RolloutPlace): Promise<readonly PartSource[]> {
  const [rollout, { run }] = await Promise.all([queries.ask('rollouts/one', { ...place, executions: false }), queries.ask('runs/details', { run: place.run })])
  if (!rollout) return []
  const modules = modulesOfParts(run, rollout)
  if (modules.every((module) => module === undefined)) return []
  const files = await modulesOfWorkspace(modules.flatMap((module) => module?.path ?? []))
  return modules.flatMap((reference, part) => {
    const file = reference && fileMeant(reference.path, [...files.keys()])
    return reference && file !== undefined ? [{ part, reference, file: files.get(file)!, ...describedPart(rollout, part) }] : []
  })
}

const describedPart = ({ reward: { parts } }: Rollout, part: number): Pick<PartSource, 'name' | 'why'> => ({ name: parts[part]!.name, why: parts[part]!.why })

async function modulesOfWorkspace(paths: readonly string[]): Promise<ReadonlyMap<string, vscode.Uri>> {
  const pattern = paths.every(isRewardFile) ? REWARD_FILES : MODULES
  const found = await vscode.workspace.findFiles(pattern, IGNORED, MOST_FILES)
  return new Map(found.filter(({ scheme }) => scheme === 'file').map((uri) => [uri.fsPath, uri]))
}

/** Opens the line of a reward part: where it failed, else where its function begins. */
export async function openPart({ file, reference, why }: PartSource): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file)
  const line = rewardLine(file.fsPath, document.getText(), reference, why)
  const range = new vscode.Range(line, 0, line, 0)
  await vscode.window.showTextDocument(document, { selection: range, viewColumn: vscode.ViewColumn.Beside })
}

/** The reward file in front, or one that people choose; undefined = given up. */
export async function chooseRewardFile(title: string, given: unknown): Promise<vscode.Uri | undefined> {
  const front = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri
  if (front?.scheme === 'file' && isRewardFile(front.fsPath)) return front
  const files = await rewardFiles()
  if (files.length === 0) {
    void vscode.window.showInformationMessage(NO_FILE)
    return undefined
  }
  const items = files.map((file) => {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1)
    return { label: `$(file-code) ${plainLine(name, 80)}`, description: plainLine(vscode.workspace.asRelativePath(file), 120), file }
  })
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which reward file', matchOnDescription: true }))?.file
}
