import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import type { PaidCheat } from '../../trainer/protocol/redTeam.ts'
import type { Consents } from '../contracts/trainers.ts'
import { errorText } from '../errorText.ts'
import { plainLine } from '../plainText.ts'
import type { Shell } from '../shell.ts'
import { labError } from '../trainers/labError.ts'
import { consentedOnce, hashTold, REFUSALS, unapprovedIn } from './refusals.ts'
import type { Consented, Refusal } from './refusals.ts'

/** What is about to be done. */
export interface Asking {
  readonly lab: Shell['lab']
  /** Run file, or file of a run: its modules are approved, its rewards are shown. */
  readonly file: string
  /** Others are errors like any other; default: all. */
  readonly asks?: readonly Refusal[]
}

/**
 * Does it; what a trainer refuses until people say so is asked for, in trusted workspaces only. Undefined where they decline.
 * @throws what is no refusal, and one that consent did not lift.
 */
export const withConsents = <T>(asking: Asking, start: (consents: Consents) => Promise<T>): Promise<T | undefined> => consenting(asking)(start)

/** The same for all that one command does: nothing is asked for twice. @param given what people consented to before */
export function consenting(asking: Asking, given?: Consents): Consented {
  const asks = vscode.workspace.isTrusted ? (asking.asks ?? REFUSALS) : []
  return consentedOnce(asks, (refusal, error) => ASK[refusal](asking, error), given)
}

const ASK: Readonly<Record<Refusal, (asking: Asking, error: unknown) => Promise<Consents | undefined>>> = {
  'trust/not-approved': askToApprove,
  'reward/paid-cheats': askToAccept,
  'sandbox/no-backend': askToGoWithout,
  'engine/no-python': askToSetUpTorch,
  'engine/python-version': askToSetUpTorch,
  'engine/missing-package': askToSetUpTorch,
  'engine/package-version': askToSetUpTorch,
  'engine/broken-package': askToSetUpTorch
}

/** Nothing is consented to: what was lacking is there now. */
async function askToSetUpTorch(_: Asking, error: unknown): Promise<Consents | undefined> {
  const setUp = 'Set Up PyTorch…'
  const answer = await vscode.window.showWarningMessage('The engine torch finds no Python with PyTorch.', { modal: true, detail: errorText(error) }, setUp)
  if (answer !== setUp) return undefined
  return (await vscode.commands.executeCommand<boolean | undefined>('rolloutLab.setUpTorch')) === true ? {} : undefined
}

async function askToApprove({ lab, file }: Asking, error: unknown): Promise<Consents | undefined> {
  const { hashes, told } = codeToldOf(error)
  const [once, always] = hashes.length === 1 ? ['Run It This Once', 'Approve This Version'] : ['Run Them This Once', 'Approve These Versions']
  const answer = await vscode.window.showWarningMessage('The run file names code of this workspace.', { modal: true, detail: `${told}\n\n${CODE_MEANS}` }, once, always)
  if (answer === undefined) return undefined
  if (answer === once) return { trustedModules: hashes }
  for (const hash of hashes) await approve(lab, file, hash)
  return {}
}

/** Consent is to a content. @throws the error where it is not certain which one is meant: nobody can give it here. */
function codeToldOf(error: unknown): { readonly hashes: readonly string[]; readonly told: string } {
  const modules = unapprovedIn(error)
  if (modules.length > 0) {
    const lines = modules.map(({ file, hash }) => `${plainLine(file, 300)}\nSHA-256 ${hash}`)
    return { hashes: [...new Set(modules.map(({ hash }) => hash))], told: `Nobody has approved:\n\n${lines.join('\n\n')}` }
  }
  const hash = hashTold(error)
  if (hash === undefined) throw error
  const text = errorText(error)
  return { hashes: [hash], told: text.includes(hash) ? text : `${text} SHA-256 ${hash}.` }
}

/** What was shown, not what lies there by now. */
async function approve(lab: Asking['lab'], file: string, hash: string): Promise<void> {
  const { code, ...said } = await lab.run(['trust', 'approve', file, `--expect=${hash}`], { cwd: dirname(file), onLine: () => undefined })
  if (code !== 0) throw labError(said, `The code could not be approved: the command ended with code ${code}.`)
}

const CODE_MEANS =
  'Code of a workspace can do what you can do. Read it before you let it run; a byte that changes before or after it starts asks again, and where it is ' +
  'not approved each further start does.'

/** Names that people chose; those that they did not choose are refused again. */
async function askToAccept({ file }: Asking, error: unknown): Promise<Consents | undefined> {
  const { paidCheats = [] } = error as { readonly paidCheats?: readonly PaidCheat[] }
  const [report, choose] = ['Show All Cheats', 'Choose What to Accept…']
  const named = paidCheats.map(({ title, cheat }) => `• ${plainLine(title, 100)} (${plainLine(cheat, 60)})`).slice(0, MOST_NAMED).join('\n')
  const detail = `${named}\n\n${CHEATS_MEAN}`
  const message = `The rewards of ${plainLine(basename(file), 80)} pay ${paidCheats.length === 1 ? 'a cheat' : `${paidCheats.length} cheats`}.`
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, report, choose)
  if (answer === report) void vscode.commands.executeCommand('rolloutLab.redTeamReward', vscode.Uri.file(file))
  if (answer !== choose) return undefined
  const items = paidCheats.map(({ cheat, title, why }) => ({ label: plainLine(title, 100), description: plainLine(cheat, 60), detail: plainLine(why, 200), cheat }))
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Start With Paid Cheats', canPickMany: true, ignoreFocusOut: true, placeHolder: 'Cheats that the rewards may pay; the run starts where all of them are chosen'
  })
  return chosen && { acceptPaidCheats: chosen.map(({ cheat }) => cheat) }
}

const MOST_NAMED = 10
const CHEATS_MEAN =
  'A model that is trained on these rewards may learn to cheat in their place. Correct the rewards, or accept each cheat by its name.'

/** The only place that can switch a sandbox off: for what one command starts, and only where none works. */
async function askToGoWithout(_: Asking, error: unknown): Promise<Consents | undefined> {
  const without = 'Run Without a Sandbox'
  const detail = `${errorText(error)}\n\n${NO_SANDBOX_MEANS}\n\nThis holds for what you are starting now, and for nothing else.`
  const answer = await vscode.window.showWarningMessage('No sandbox that works here runs these programs.', { modal: true, detail }, without)
  return answer === without ? { unsafeSandbox: true } : undefined
}

const NO_SANDBOX_MEANS =
  'Without a sandbox each Python program that the model writes runs as you. It can read, change and delete your files, use the network with ' +
  'your credentials and reach your other processes. Only its time, memory and output are limited.'
