import fs from 'node:fs/promises'
import path from 'node:path'
import * as vscode from 'vscode'
import { lettingLabelsThrough } from '../../trainer/labels/store/ignoreRules.ts'
import type { CommitPlan, IgnoreRule } from '../../trainer/stores/commitFiles.ts'
import { commitMessage } from '../labels/commitWords.ts'
import { plainLine } from '../plainText.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { CommandHandler } from '../shell.ts'
import { mayExecute } from '../starting/trust.ts'

const TITLE = 'Commit Labels'
/** What is committed, below the folder of Rollout Lab in a workspace folder. */
const COMMITTED = ['labels', 'label-sets']
const CHANGE_RULE = 'Change the Rule'
const COMMIT_ANYWAY = 'Commit Anyway'

/** Commits labels and label sets of the workspace, and nothing else. Git runs what a repository configures, so trust is needed. */
export const commitLabels: CommandHandler = async (shell) => {
  if (!(await mayExecute(TITLE))) return undefined
  const plans = await plansOf(workspaceFoldersOnDisk().map(({ uri }) => uri.fsPath))
  const plan = await choosePlan(plans)
  if (plan === undefined) return undefined
  const chosen = await withIgnored(plan)
  if (chosen === undefined) return undefined
  const { files, rule } = chosen
  const message = await vscode.window.showInputBox({
    title: TITLE, value: plainLine(commitMessage(files)), prompt: promptFor(plan, files.length), ignoreFocusOut: true, validateInput: (text) => (text.trim() === '' ? 'A message is needed' : undefined)
  })
  if (message === undefined) return undefined
  if (rule) await fs.writeFile(path.join(plan.repository, rule.file), rule.text)
  const { commitFiles } = await import('../../trainer/stores/commitFiles.ts')
  const commit = await commitFiles(plan.repository, files, message.trim())
  shell.log.info(`Committed ${files.length} files of labels as ${commit} in ${plainLine(plan.repository)}`)
  void vscode.window.showInformationMessage(`Committed ${countOf(files.length)} as ${commit}.`)
  return commit
}

/** One a repository; folders of one repository are committed together. */
async function plansOf(folders: readonly string[]): Promise<readonly CommitPlan[]> {
  const { planCommit } = await import('../../trainer/stores/commitFiles.ts')
  const plans = await Promise.all(folders.map((folder) => planCommit(folder, COMMITTED.map((name) => path.join(folder, '.rollout-lab', name)))))
  const byRepository = new Map<string, CommitPlan>()
  for (const plan of plans) {
    if (plan === undefined) continue
    const known = byRepository.get(plan.repository)
    byRepository.set(plan.repository, known === undefined ? plan : { ...known, ...plan, files: united(known.files, plan.files), ignored: united(known.ignored, plan.ignored) })
  }
  return [...byRepository.values()]
}

const united = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])]

async function choosePlan(plans: readonly CommitPlan[]): Promise<CommitPlan | undefined> {
  const full = plans.filter(({ files, ignored }) => files.length + ignored.length > 0)
  if (full.length === 0) {
    void vscode.window.showInformationMessage(plans.length === 0 ? 'The workspace is in no git repository. Make one with “git init”, then commit the labels.' : 'There are no new labels to commit.')
    return undefined
  }
  if (full.length === 1) return full[0]
  const items = full.map((plan) => ({ label: plainLine(path.basename(plan.repository)), description: countOf(plan.files.length + plan.ignored.length), plan }))
  return (await vscode.window.showQuickPick(items, { title: TITLE, placeHolder: 'Which repository' }))?.plan
}

interface ChangedRule {
  /** Relative to the top of the repository. */
  readonly file: string
  readonly text: string
}

/** Files to commit. Where git ignores some, people say whether the rule changes or is passed over this time. */
async function withIgnored({ repository, files, ignored, ignoredBy }: CommitPlan): Promise<{ readonly files: readonly string[]; readonly rule?: ChangedRule } | undefined> {
  if (ignored.length === 0) return { files }
  const rule = ignoredBy === undefined ? undefined : await changedRule(repository, ignoredBy)
  const place = ignoredBy === undefined ? '' : ` (${plainLine(ignoredBy.file)}, line ${ignoredBy.line}: “${plainLine(ignoredBy.pattern, 80)}”)`
  const detail = rule === undefined ? 'They can be committed all the same.' : 'The rule can be changed so that runs stay ignored and labels do not; the change is committed with the labels.'
  const chosen = await vscode.window.showWarningMessage(`Git ignores ${countOf(ignored.length)}${place}.`, { modal: true, detail }, ...(rule === undefined ? [] : [CHANGE_RULE]), COMMIT_ANYWAY)
  if (chosen === COMMIT_ANYWAY) return { files: united(files, ignored) }
  if (chosen !== CHANGE_RULE || rule === undefined) return undefined
  const { isUnchanged } = await import('../../trainer/stores/commitFiles.ts')
  // A file with other changes is not committed: they are none of labels.
  return { files: united([...files, ...(await isUnchanged(repository, rule.file)) ? [rule.file] : []], ignored), rule }
}

/** The repository's own ignore file with the rule changed; undefined where the rule is not one that can be. */
async function changedRule(repository: string, { file, line }: IgnoreRule): Promise<ChangedRule | undefined> {
  if (path.isAbsolute(file) || path.basename(file) !== '.gitignore' || file.split(/[\\/]/).includes('..')) return undefined
  const text = lettingLabelsThrough(await fs.readFile(path.join(repository, file), 'utf8'), line)
  return text === undefined ? undefined : { file, text }
}

function promptFor({ repository, branch }: CommitPlan, files: number): string {
  const where = branch === undefined ? 'the detached head' : `the branch ${plainLine(branch, 60)}`
  return `Commits ${countOf(files)} to ${where} of ${plainLine(path.basename(repository), 60)}, and nothing else. Hooks do not run.`
}

const countOf = (files: number): string => (files === 1 ? 'one file of labels' : `${files} files of labels`)
