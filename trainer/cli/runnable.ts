import type { Host } from './host.ts'

/** Messages call this command line `lab`; people can only run what they called. */
export const runnable = ({ command }: Pick<Host, 'command'>, text: string): string => text.replaceAll('`lab ', `\`${command} `)
