import type { ChartLine } from './chartData.ts'
import { dashOf } from './palette.ts'
import type { Palette } from './palette.ts'

const PAD = 10
const ROW = 18

/** The chart as drawn, with its title and legend, as base64 of a PNG. */
export function chartPng(plot: HTMLCanvasElement, title: string, lines: readonly ChartLine[], palette: Palette): string {
  const scale = devicePixelRatio
  const canvas = document.createElement('canvas')
  const head = PAD + ROW + lines.length * ROW
  canvas.width = plot.width + 2 * PAD * scale
  canvas.height = plot.height + (head + PAD) * scale
  const context = canvas.getContext('2d')!
  context.fillStyle = palette.background
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(plot, PAD * scale, head * scale)
  context.scale(scale, scale)
  drawHead(context, title, lines, palette)
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '')
}

function drawHead(context: CanvasRenderingContext2D, title: string, lines: readonly ChartLine[], palette: Palette): void {
  context.textBaseline = 'middle'
  context.fillStyle = palette.foreground
  context.font = palette.font.replace('11px', 'bold 13px')
  context.fillText(title, PAD, PAD + ROW / 2)
  context.font = palette.font
  context.lineWidth = 2
  lines.forEach((line, i) => {
    const y = PAD + ROW * (i + 1) + ROW / 2
    context.strokeStyle = palette.color(line.color)
    context.setLineDash([...dashOf(line.dash)])
    context.beginPath()
    context.moveTo(PAD, y)
    context.lineTo(PAD + 26, y)
    context.stroke()
    context.fillText(line.label, PAD + 32, y)
  })
}
