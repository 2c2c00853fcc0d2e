import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { LabelRecord } from '../../trainer/protocol/label.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { installedWithChatModels } from '../vscode/installedWithChatModels.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeTraceRun } from '../vscode/traceRun.ts'
import type { Workbench } from '../vscode/workbench.ts'

const STEPS = 4
const ENDPOINT_ANSWER = JSON.stringify({ ratings: [-1], firstWrongStep: 1, right: false, critique: 'The first step is off.' })

describe('suggestions', function () {
  this.timeout(300_000)
  const home = mkdtempSync(join(tmpdir(), 'rollout-lab-suggestions-'))
  const promptsFile = join(home, 'prompts.jsonl')
  const received: { readonly authorization: string | undefined; readonly prompt: string }[] = []
  const endpoint = createServer((incoming, outgoing) => {
    let body = ''
    incoming.setEncoding('utf8').on('data', (piece: string) => (body += piece)).on('end', () => {
      received.push({ authorization: incoming.headers.authorization, prompt: (JSON.parse(body) as { messages: { content: string }[] }).messages[0]!.content })
      outgoing.end(JSON.stringify({ choices: [{ message: { content: ENDPOINT_ANSWER } }] }))
    })
  })
  let session: Session
  let workbench: Workbench
  let folder: string

  before(async () => {
    await new Promise<void>((resolve) => void endpoint.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/v1`
    session = await startSession({
      extensions: await installedWithChatModels(home), environment: { ROLLOUT_LAB_TEST_PROMPTS: promptsFile },
      settings: { 'rolloutLab.labeler': 'ann', 'rolloutLab.suggestions.endpoint': address, 'rolloutLab.suggestions.model': 'tiny-judge', 'chat.disableAIFeatures': false }
    })
    const run = await writeTraceRun(session.runsFolder, 'counting', 12, STEPS)
    folder = join(session.workspace, '.rollout-lab', 'labels', basename(run.directory))
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
  })
  after(async () => {
    await session.close()
    endpoint.close()
    rmSync(home, { recursive: true, force: true })
  })
  pictureFailures(() => workbench)

  const dialog = () => workbench.page.locator('.monaco-dialog-box')
  const button = (label: string) => dialog().locator('.monaco-button', { hasText: label })
  const detail = () => dialog().locator('#monaco-dialog-message-detail').innerText()
  /** The first lines of the document, as far as they are on screen. */
  const promptShown = async () => {
    const lines = workbench.page.locator('.editor-instance .view-lines', { hasText: 'You review a solution' }).locator('.view-line')
    await lines.first().waitFor()
    const placed = await lines.evaluateAll((all) => all.map((line) => ({ top: parseFloat((line as unknown as { readonly style: { readonly top: string } }).style.top), text: line.textContent })))
    return placed.sort((a, b) => a.top - b.top).map(({ text }) => text).join('\n')
  }
  const said = (text: string | RegExp) => workbench.page.locator('.notification-list-item-message', { hasText: text })
  const prompts = (): { readonly id: string; readonly prompt: string }[] => (existsSync(promptsFile) ? readFileSync(promptsFile, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { id: string; prompt: string }) : [])

  function onDisk(): LabelRecord[] {
    if (!existsSync(folder)) return []
    const lines = readdirSync(folder).filter((name) => name.endsWith('.jsonl')).flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    return lines.map((line) => LabelRecord.parse(JSON.parse(line)))
  }
  const drafts = (provider: string): LabelRecord[] => onDisk().filter(({ source }) => source.kind === 'model' && source.provider.startsWith(provider))

  async function choose(rollouts: string, source: string): Promise<void> {
    await workbench.command('Notifications: Clear All Notifications')
    await workbench.command('Rollout Lab: Suggest Labels…')
    await workbench.pick(rollouts)
    await workbench.pick(source)
  }

  it('sends nothing to a language model before somebody agrees, and asks with count, model and one whole prompt', async () => {
    await choose('The next 12', 'Test Reviewer')
    await dialog().getByText('Send 12 rollouts to Test Reviewer?').waitFor()
    await workbench.picture('suggestions-confirm')
    assert.match(await detail(), /The document behind this question shows the prompt for t000001\.1-000-00/)
    await workbench.editorTab('Prompt for Test Reviewer').waitFor()
    await button('Cancel').click()
    await dialog().waitFor({ state: 'detached' })
    assert.deepEqual([prompts(), drafts('vscode.lm')], [[], []])
  })

  it('counts answers that are no reviews, and drafts nothing of them', async () => {
    await choose('The next 10', 'Test Rambler')
    await button('Send').click()
    await said('No drafts came from Test Rambler. 10 rollouts without: 10 with an answer that is not the JSON asked for.').waitFor()
    assert.deepEqual([prompts().length, drafts('vscode.lm')], [10, []])
  })

  it('drafts what a language model says, marked as drafts of that model', async () => {
    await choose('The next 10', 'Test Reviewer')
    await button('Read Prompt First').click()
    const shown = await promptShown()
    await workbench.picture('suggestions-read')
    await workbench.page.locator('.notification-list-item .monaco-button', { hasText: /^Send$/ }).click()
    await said('60 drafts on 10 rollouts from Test Reviewer.').waitFor()
    const sent = prompts().filter(({ id }) => id === 'reviewer').map(({ prompt }) => prompt)
    assert.equal(sent.length, 10)
    assert.ok(sent.some((prompt) => squeezed(prompt).startsWith(squeezed(shown))), 'what was shown is what was sent')
    const made = drafts('vscode.lm')
    assert.equal(made.length, 60)
    assert.ok(made.every(({ draft, blind, source }) => draft && blind && source.kind === 'model' && source.provider === 'vscode.lm/rollout-lab-tests' && source.model === 'reviewer'))
  })

  it('gives an endpoint the key that is kept for it, and drafts what it says', async () => {
    await workbench.command('Rollout Lab: Set Key of the Suggestion Endpoint…')
    await workbench.page.locator('.quick-input-widget input[type=password]').fill('k-123')
    await workbench.page.keyboard.press('Enter')
    await workbench.page.locator('.statusbar-item', { hasText: 'is kept.' }).waitFor()
    await choose('The next 2', 'tiny-judge')
    await dialog().getByText(/At most 50 requests and 200,000 tokens/).waitFor()
    await button('Send').click()
    await said(/8 drafts on 2 rollouts from tiny-judge/).waitFor()
    assert.deepEqual(received.map(({ authorization }) => authorization), ['Bearer k-123', 'Bearer k-123'])
    assert.deepEqual([...new Set(drafts('127.0.0.1').map(({ draft }) => draft))], [true])
  })

  it('drafts in the labeller too: a step checker asks nobody, and what is taken over says whose it was', async () => {
    await workbench.command('Rollout Lab: Label Rollouts')
    const page = await workbench.view('lab-labeller')
    await page.locator('.step').nth(STEPS - 1).waitFor()
    await workbench.page.keyboard.press('i')
    await workbench.page.keyboard.press('s')
    await workbench.pick('Step checker of arithmetic-chain')
    await page.getByText(/20 drafts came\./).waitFor()
    await workbench.picture('suggestions-labeller')
    assert.ok(onDisk().filter(({ source }) => source.kind === 'checker').every(({ draft, source }) => draft && source.kind === 'checker' && source.name === 'arithmetic-chain'))
    await workbench.page.keyboard.press('a')
    await workbench.page.keyboard.press('Enter')
    await page.locator('.step').first().getByText('model reviewer').waitFor({ state: 'detached' })
    const taken = onDisk().filter(({ suggestedBy }) => suggestedBy)
    assert.deepEqual(taken.map(({ opinion, draft, suggestedBy }) => [opinion, draft, suggestedBy?.how, suggestedBy?.source.kind]), [[{ kind: 'stepRating', rating: 1 }, false, 'accepted', 'model']])
    assert.deepEqual(onDisk().flatMap(({ opinion }) => (opinion.kind === 'decision' ? [opinion.decision] : [])), ['accepted'])
  })
})

/** What stands on screen has its lines broken, and blanks of another kind. */
const squeezed = (text: string): string => text.replace(/\s+/g, '')
