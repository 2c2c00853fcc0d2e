import assert from 'node:assert/strict'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { workspaceFolder } from './extensionUnderTest.ts'
import { until } from './until.ts'

const openSample = async (): Promise<vscode.TextDocument> =>
  vscode.workspace.openTextDocument(vscode.Uri.file(join(workspaceFolder(), 'arithmetic-chain', 'rl.run.json')))

async function openText(name: string, text: string): Promise<vscode.TextDocument> {
  const file = vscode.Uri.file(join(workspaceFolder(), `${name}.run.json`))
  await vscode.workspace.fs.writeFile(file, Buffer.from(text))
  return vscode.workspace.openTextDocument(file)
}

/** Where the text begins, and some characters on. */
const at = (document: vscode.TextDocument, text: string, on = 1): vscode.Position => document.positionAt(document.getText().indexOf(text) + on)

const labelOf = ({ label }: vscode.CompletionItem): string => (typeof label === 'string' ? label : label.label)

export function languageSuite(): void {
  describe('run files in the editor', () => {
    it('are JSON with comments', async () => assert.equal((await openSample()).languageId, 'jsonc'))

    it('tell on hover what a field means', async () => {
      const document = await openText('hovered', '{ "recipe": "grpo", "groupSize": 8 }\n')
      const text = await until('a hover', async () => {
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at(document, '"groupSize"', 3))
        return hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === 'string' ? content : content.value))).join('\n') || undefined
      })
      assert.match(text, /attempts|rollouts|completions/i)
    })

    it('complete field names and the names of what is there', async () => {
      const document = await openText('completed', '{\n  "recipe": "grpo",\n  \n  "environment": { "name": "" }\n}\n')
      const offered = async (position: vscode.Position): Promise<string[]> =>
        (await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, position)).items.map(labelOf)
      await until('field names are offered', async () => (await offered(new vscode.Position(2, 2))).some((label) => label.includes('groupSize')))
      await until('names of environments are offered', async () => (await offered(at(document, '"" }'))).some((label) => label.includes('arithmetic-chain')))
    })

    it('are marked where the schema is broken, and where it cannot say so', async () => {
      const document = await openText('marked', '{\n  "recipe": "grpo", "model": "nowhere/at-all", "environment": { "name": "arithmetic-chian" }, "groupSize": "eight"\n}\n')
      // VS Code asks for the marks of a schema only where a document is on screen.
      await vscode.window.showTextDocument(document)
      const messages = (): string => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message).join('\n')
      const expected = { model: /nowhere\/at-all/, environment: /arithmetic-chian/, groupSize: /Incorrect type/ }
      const missing = (): string[] => Object.entries(expected).flatMap(([name, said]) => (said.test(messages()) ? [] : [name]))
      await until('a mark', () => missing().length === 0).catch(() => undefined)
      assert.deepEqual(missing(), [], messages())
    })

    it('are marked no longer when what they name has come', async () => {
      const document = await openText('awaiting', '{\n  "recipe": "grpo", "model": "made-later", "environment": { "name": "arithmetic-chain" }\n}\n')
      const marks = (): number => vscode.languages.getDiagnostics(document.uri).filter(({ message }) => message.includes('made-later')).length
      await until('a mark', () => marks() === 1)
      const folder = vscode.Uri.file(join(workspaceFolder(), 'made-later'))
      await vscode.workspace.fs.createDirectory(folder)
      await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, 'config.json'), Buffer.from('{}'))
      await until('no mark', () => marks() === 0)
    })

    it('have lenses: Start, Dry Run', async () => {
      const document = await openSample()
      const titles = await until('lenses', async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10)
        return lenses.length > 0 && lenses.map(({ command }) => command?.title ?? '')
      })
      assert.ok(titles.some((title) => title.endsWith('Start')) && titles.some((title) => title.endsWith('Dry Run')), titles.join(', '))
    })
  })
}
