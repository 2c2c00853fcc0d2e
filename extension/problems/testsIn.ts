import { maskJavaScript, maskPython } from '../../trainer/workspaces/problems/maskedText.ts'

/** A test of a file, by the name that its runner reports it under, or the end of that. */
export interface FoundTest {
  readonly name: string
  /** From 0. */
  readonly line: number
}

const CALL = /(?<![\w$.])(?:it|test|specify)(?:\.(?:only|skip|fails|concurrent|sequential))*\s*\(/g
const TITLE = /^\s*(?:'(?<single>(?:\\.|[^'\\\n])*)'|"(?<double>(?:\\.|[^"\\\n])*)"|`(?<template>(?:\\.|[^`\\$])*)`)/
const DEFINITION = /^[ \t]*(?:async[ \t]+)?def[ \t]+(?<name>test\w*)[ \t]*\(/gm

/** The tests of a file whose names stand in it as they are: those with a made-up name are left out. */
export function testsIn(file: string, text: string): FoundTest[] {
  return file.endsWith('.py') ? pythonTests(text) : scriptTests(text)
}

function scriptTests(text: string): FoundTest[] {
  return [...maskJavaScript(text).matchAll(CALL)].flatMap((match) => {
    const groups = TITLE.exec(text.slice(match.index + match[0].length))?.groups
    const title = groups?.['single'] ?? groups?.['double'] ?? groups?.['template']
    return title === undefined || title === '' ? [] : [{ name: title.replace(/\\(.)/g, '$1'), line: lineOf(text, match.index) }]
  })
}

const pythonTests = (text: string): FoundTest[] =>
  [...maskPython(text).matchAll(DEFINITION)].map((match) => ({ name: match.groups!['name']!, line: lineOf(text, match.index + match[0].indexOf('d')) }))

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length - 1
