import uPlot from 'uplot'
import type { StepRange } from './chartData.ts'
import { columnsInView } from './plotColumns.ts'
import type { PlotColumns } from './plotColumns.ts'
import { drawWhiskers, plotOptions } from './plotOptions.ts'
import type { PlotLook } from './plotOptions.ts'

export interface PlotInput extends Omit<PlotLook, 'columns'> {
  readonly joined: PlotColumns
  /** Steps in view. */
  readonly from: number
  readonly to: number
}

export interface PlotEvents {
  /** Places lie on the axis of steps, wherever the pointer is: also between two steps. */
  readonly hover: (place: number | null) => void
  readonly zoom: (range: StepRange) => void
  readonly pick: (place: number) => void
}

const HEIGHT = 190
const DRAG_PIXELS = 4
const DOUBLE_CLICK_MS = 250

/** One drawn chart: uPlot, fed with what is in view at the pixels there are. */
export class Plot {
  readonly #holder: HTMLElement
  readonly #events: PlotEvents
  #plot: uPlot | undefined
  #structure = ''
  #input: PlotInput | undefined
  #width = 0

  constructor(holder: HTMLElement, events: PlotEvents) {
    this.#holder = holder
    this.#events = events
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.#plot?.ctx.canvas
  }

  draw(input: PlotInput, width: number): void {
    if (width <= 0) return
    this.#input = input
    const { x, columns } = columnsInView(input.joined, input, width)
    const data = [x, ...columns.map((column) => column.values)] as uPlot.AlignedData
    const structure = structureOf(input, columns.map((column) => `${column.line}${column.role}`))
    if (this.#plot && structure === this.#structure) {
      if (width !== this.#width) this.#plot.setSize({ width, height: HEIGHT })
      this.#plot.setData(data)
    } else {
      this.#structure = structure
      this.#build({ ...input, columns }, data, width)
    }
    this.#width = width
  }

  showCursor(step: number | null): void {
    const plot = this.#plot
    if (!plot) return
    const left = step === null ? -10 : plot.valToPos(step, 'x')
    plot.setCursor({ left, top: step === null ? -10 : 0 }, false)
  }

  destroy(): void {
    this.#plot?.destroy()
    this.#plot = undefined
    this.#structure = ''
  }

  #build(look: PlotLook, data: uPlot.AlignedData, width: number): void {
    this.#plot?.destroy()
    const steps = (): [number, number] => [this.#input!.from, this.#input!.to]
    const hooks: uPlot.Hooks.Arrays = { draw: [(plot) => drawWhiskers(plot, this.#input!)], setSelect: [(plot) => this.#zoomTo(plot)] }
    this.#plot = new uPlot(plotOptions(look, { width, height: HEIGHT }, steps, hooks), data, this.#holder)
    this.#listen(this.#plot)
  }

  #zoomTo(plot: uPlot): void {
    const { left, width } = plot.select
    if (width < DRAG_PIXELS) return
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    const from = Math.round(plot.posToVal(left, 'x'))
    const to = Math.round(plot.posToVal(left + width, 'x'))
    this.#events.hover(null)
    this.#events.zoom(to > from ? { from, to } : { from, to: from + 1 })
  }

  #listen(plot: uPlot): void {
    let pressedAt = 0
    let picking: ReturnType<typeof setTimeout> | undefined
    const placeUnder = (event: MouseEvent) => plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x')
    plot.over.addEventListener('mousedown', (event) => (pressedAt = event.clientX))
    plot.over.addEventListener('mousemove', (event) => this.#events.hover(placeUnder(event)))
    plot.over.addEventListener('mouseleave', () => this.#events.hover(null))
    plot.over.addEventListener('click', (event) => {
      clearTimeout(picking)
      // A click opens rollouts, a double click zooms out: the first of two clicks must do nothing.
      if (Math.abs(event.clientX - pressedAt) < DRAG_PIXELS) picking = setTimeout(() => this.#events.pick(placeUnder(event)), DOUBLE_CLICK_MS)
    })
    plot.over.addEventListener('dblclick', () => {
      clearTimeout(picking)
      this.#events.zoom(null)
    })
  }
}

function structureOf({ lines, shape, palette }: PlotInput, columns: readonly string[]): string {
  const looks = lines.map((line) => `${line.color}/${line.dash}/${line.sparse ?? false}`)
  const colors = lines.map((line) => palette.color(line.color))
  return JSON.stringify([looks, columns, colors, palette.foreground, palette.background, palette.font, shape])
}
