import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { extensionUnderTest, manifest } from './extensionUnderTest.ts'

export function commandsSuite(): void {
  describe('commands', () => {
    it('registers every contributed command', async () => {
      await extensionUnderTest().activate()
      const known = new Set(await vscode.commands.getCommands(true))
      const missing = manifest().contributes.commands.map(({ command }) => command).filter((command) => !known.has(command))
      assert.deepEqual(missing, [])
    })

    it('contributes every command of its own that is meant for people', async () => {
      await extensionUnderTest().activate()
      const contributed = new Set(manifest().contributes.commands.map(({ command }) => command))
      const own = (await vscode.commands.getCommands(true)).filter((command) => /^rolloutLab\.[a-z][A-Za-z]*$/.test(command))
      assert.deepEqual(own.filter((command) => !contributed.has(command)), [])
    })

    it('gives every command a category, an icon and a plain title', () => {
      for (const { command, title, category, icon } of manifest().contributes.commands) {
        assert.equal(category, 'Rollout Lab', command)
        assert.ok(icon, `${command} has no icon`)
        assert.ok(title.length > 3 && !title.includes('Rollout Lab'), `${command}: ${title}`)
      }
    })
  })
}
