/**
 * A rollout as a text document, with what each place of it shows. Offsets are UTF-16 units; lines are numbered from 0 and end in
 * one line feed each.
 */
export interface Projection {
  readonly text: string
  /** Runs of the document that show completions, in the order of the document; within a segment also in the order of its text. */
  readonly pieces: readonly Piece[]
  /** Offset at which each line begins. */
  readonly lineStarts: readonly number[]
  readonly segments: readonly SegmentPlace[]
  readonly steps: readonly StepPlace[]
  /** Lines that tell something of the rollout as a whole. */
  readonly facts: readonly FactLine[]
}

/** A run of the document that shows a run of a segment's raw text. */
export interface Piece {
  readonly at: number
  readonly length: number
  readonly segment: number
  readonly from: number
  readonly to: number
  /** Unit for unit; else the whole of it stands for the whole run: a mark, a line feed for two characters. */
  readonly exact: boolean
}

/** A span of a segment's raw text; `to` is exclusive. */
export interface RawSpan {
  readonly segment: number
  readonly from: number
  readonly to: number
}

/** A completion: its heading and the lines beneath. */
export interface SegmentPlace {
  readonly segment: number
  readonly heading: number
  readonly lastLine: number
  /** Units of raw text. */
  readonly length: number
}

/** A step: its raw text, its heading and the last line that shows it. */
export interface StepPlace extends RawSpan {
  /** Among the segment's spans of kind `step`, from 0. */
  readonly step: number
  readonly heading: number
  readonly lastLine: number
}

export interface FactLine {
  readonly line: number
  readonly fact: 'rollout' | 'verdict' | 'reward' | 'part' | 'answer'
  /** Which reward part, where it is one. */
  readonly index: number
}

/** Line and character from 0, as VS Code counts. */
export interface Place {
  readonly line: number
  readonly character: number
}
