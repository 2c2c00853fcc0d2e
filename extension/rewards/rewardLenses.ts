import * as vscode from 'vscode'
import { rewardPlaces } from '../../trainer/protocol/rewardFile.ts'
import { REWARD_FILES } from './rewardFiles.ts'

/** Re-score · Debug · Red-Team above each function of a reward file. */
export function provideRewardLenses(): vscode.Disposable {
  return vscode.languages.registerCodeLensProvider({ pattern: REWARD_FILES, scheme: 'file' }, {
    provideCodeLenses: (document) => rewardPlaces(document.uri.fsPath, document.getText()).flatMap(({ name, line }) => lensesOf(document.uri, name, line - 1))
  })
}

function lensesOf(uri: vscode.Uri, name: string, line: number): vscode.CodeLens[] {
  const range = new vscode.Range(line, 0, line, 0)
  const lens = (title: string, command: string): vscode.CodeLens => new vscode.CodeLens(range, { title, command: `rolloutLab.${command}`, arguments: [uri, name] })
  return [lens('$(refresh) Re-score Rollouts…', 'rescoreReward'), lens('$(debug-alt) Debug on a Rollout…', 'debugReward'), lens('$(shield) Red-Team', 'redTeamReward')]
}
