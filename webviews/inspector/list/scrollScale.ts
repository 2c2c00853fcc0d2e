/**
 * A browser ends an element's height near 33 million pixels, half of that when zoomed in; a list of a million rows is longer. The
 * scroll bar then stands for the content at a smaller scale: its ends are the ends of the list, and every row can be reached.
 */
export const LONGEST_SCROLL = 10_000_000

export interface ScrollScale {
  /** Height of all rows, in pixels. */
  readonly content: number
  /** Height that the browser is given. */
  readonly scroll: number
  readonly viewport: number
}

export function scrollScale(content: number, viewport: number, longest: number = LONGEST_SCROLL): ScrollScale {
  return { content, scroll: Math.min(content, longest), viewport }
}

/** Offset in the content that a position of the scroll bar stands for. */
export function toContent(scale: ScrollScale, scrollTop: number): number {
  const room = scale.scroll - scale.viewport
  return room <= 0 ? 0 : (clamp(scrollTop, 0, room) / room) * contentRoom(scale)
}

/** Position of the scroll bar that stands for an offset in the content. */
export function toScroll(scale: ScrollScale, offset: number): number {
  const room = contentRoom(scale)
  return room <= 0 ? 0 : (clamp(offset, 0, room) / room) * Math.max(0, scale.scroll - scale.viewport)
}

/** Largest offset: the last row stands at the bottom. */
export const contentRoom = (scale: ScrollScale) => Math.max(0, scale.content - scale.viewport)

/**
 * Offset after the scroll bar moved from `before` to `now`. Small moves (wheel, keys) move the content as far as the bar, so that
 * rows pass one by one; large ones (dragging, jumping) and the ends go by the scale.
 */
export function scrolledOffset(scale: ScrollScale, offset: number, before: number, now: number): number {
  const scaled = scale.scroll < scale.content
  const atEnd = now <= 0 || now >= scale.scroll - scale.viewport - 1
  if (!scaled || atEnd || Math.abs(now - before) > scale.viewport * 2) return toContent(scale, now)
  return clamp(offset + now - before, 0, contentRoom(scale))
}

/** Offset at which a row can be seen whole, moved as little as possible. */
export function offsetShowing(scale: ScrollScale, offset: number, rowTop: number, rowHeight: number): number {
  if (rowTop < offset) return clamp(rowTop, 0, contentRoom(scale))
  if (rowTop + rowHeight > offset + scale.viewport) return clamp(rowTop + rowHeight - scale.viewport, 0, contentRoom(scale))
  return offset
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high))
