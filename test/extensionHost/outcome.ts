/** What became of one test in the extension host. */
export interface Outcome {
  readonly title: string
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly milliseconds: number
  readonly error?: string
}
