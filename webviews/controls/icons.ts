import { html, svg } from 'lit'
import type { TemplateResult } from 'lit'

const PATHS = {
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm0 1a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM7.5 7h1v4.5h-1V7Zm0-2.5h1v1.2h-1V4.5Z',
  table: 'M1.5 2.5h13v11h-13v-11Zm1 1v2h11v-2h-11Zm0 3v2.5h5V6.5h-5Zm6 0v2.5h5V6.5h-5Zm-6 3.5v2.5h5V10h-5Zm6 0v2.5h5V10h-5Z',
  image: 'M1.5 2.5h13v11h-13v-11Zm1 1v6.3L6 6.3l3.2 3.2 2-2 2.3 2.3V3.500h-11Zm0 7.700v1.300h9.300L6 7.700l-3.500 3.500ZM11 4.500a1.200 1.200 0 1 1 0 2.400 1.200 1.200 0 0 1 0-2.400Z',
  download: 'M7.5 1.5h1v7.800l2.650-2.650.7.7L8 11.200 4.150 7.350l.7-.7L7.500 9.300V1.500ZM2.500 13.500v-1h11v1h-11Z',
  close: 'm8 7.300 4.150-4.150.7.7L8.700 8l4.150 4.150-.7.7L8 8.700l-4.150 4.150-.7-.7L7.300 8 3.150 3.850l.7-.7L8 7.300Z',
  warning: 'M8 1.500 15 14H1L8 1.500Zm0 2.050L2.700 13h10.600L8 3.550ZM7.500 7h1v3h-1V7Zm0 4h1v1h-1v-1Z',
  error: 'M8 1.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13Zm0 1a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11Zm0 4.800 1.900-1.900.7.7L8.700 8l1.900 1.900-.7.7L8 8.700l-1.900 1.900-.7-.7L7.300 8 5.400 6.100l.7-.7L8 7.300Z',
  check: 'm6.300 11.900-3.650-3.650.7-.7 2.950 2.940 6.350-6.340.7.7-7.050 7.050Z',
  question: 'M8 1.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13Zm0 1a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11ZM5.800 6.400C5.800 5.100 6.700 4.300 8 4.300s2.200.8 2.200 1.950c0 .9-.5 1.400-1.100 1.850-.5.4-.6.6-.6 1.150v.25h-1v-.4c0-.9.3-1.300 1-1.850.5-.4.7-.65.7-1.050 0-.55-.45-.9-1.200-.9s-1.200.4-1.200 1.100h-1Zm1.700 4.200h1v1.100h-1v-1.100Z'
} as const

export type IconName = keyof typeof PATHS

/** A decoration: what it stands for must also be said in words. */
export function icon(name: IconName): TemplateResult {
  return html`<svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor" aria-hidden="true">${svg`<path fill-rule="evenodd" d=${PATHS[name]}></path>`}</svg>`
}
