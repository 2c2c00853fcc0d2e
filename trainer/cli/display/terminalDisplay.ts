import type { RunEvent } from '../../protocol/events.ts'
import type { Host } from '../host.ts'
import { ProgressLine } from '../terminal/progressLine.ts'
import { lastingLine, stageLine, stepLine } from './eventLines.ts'
import type { EventOf } from './eventLines.ts'
import type { RunDisplay } from './runDisplay.ts'
import { summaryText } from './summaryText.ts'

/** Lines that a log gets of a supervised stage: one for each tenth of it. */
const LINES_PER_STAGE = 10

/** A progress line that is redrawn on a terminal, and plain lines elsewhere; the summary at the end. */
export function terminalDisplay(host: Host): RunDisplay {
  const line = new ProgressLine(host.stdout)
  let steps = 0
  const stage = stageProgress(line)
  const show = (event: RunEvent): void => {
    const lasting = lastingLine(event)
    if (lasting !== undefined) line.print(lasting)
    switch (event.type) {
      case 'runStarted': steps = event.steps; break
      case 'stageProgress': stage(event); break
      case 'stepFinished': moving(line, stepLine(event, steps)); break
      case 'runFinished': line.end(); line.print(summaryText(event.summary)); break
    }
  }
  return { event: show, checking: checking(line), notice: (text) => line.print(text), end: () => line.end() }
}

function checking(line: ProgressLine): (done: number, of: number) => void {
  return (done, of) => {
    if (line.redraws) line.show(`${done} of ${of} cheats tried on the rewards`)
    else if (done === 1) line.print(`Trying ${of} cheats on the rewards`)
  }
}

function moving(line: ProgressLine, text: string): void {
  if (line.redraws) line.show(text)
  else line.print(text)
}

function stageProgress(line: ProgressLine): (event: EventOf<'stageProgress'>) => void {
  let last = ''
  return (event) => {
    if (line.redraws) return line.show(stageLine(event))
    const tenth = `${event.stage} ${Math.floor((event.done * LINES_PER_STAGE) / Math.max(1, event.of))}`
    if (tenth !== last) line.print(stageLine(event))
    last = tenth
  }
}
