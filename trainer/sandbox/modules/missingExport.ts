import { LabError } from '../../errors.ts'

export function missingExport(path: string, name: 'reward' | 'environment' | 'algorithm', type: string): LabError {
  return new LabError('sandbox', 'sandbox/missing-export', `The module ${path} has no export named "${name}".`, {
    place: path, remedy: `Write \`export const ${name}: ${type} = …\`, or name another module.`
  })
}
