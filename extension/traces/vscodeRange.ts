import * as vscode from 'vscode'
import type { PlaceRange } from './ranges.ts'

export const vscodeRange = ({ start, end }: PlaceRange): vscode.Range => new vscode.Range(start.line, start.character, end.line, end.character)
