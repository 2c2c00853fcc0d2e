import { transform } from 'sucrase'

/**
 * Types are removed, not checked: that is the editor's work. Lines stay where they are. Throws a syntax error.
 * @param file that the error names.
 */
export const withoutTypes = (source: string, file?: string): string =>
  transform(source, { transforms: ['typescript'], disableESTransforms: true, ...(file !== undefined && { filePath: file }) }).code
