import { plainLine } from '../plainText.ts'

/** Path of a report's document, whose last part is the title of its tab: names of files and runs stand in it. */
export const reportPath = (title: string): string => `/${plainLine(title).replaceAll(/[\\/]/g, '-')}.txt`
