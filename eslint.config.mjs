import tseslint from 'typescript-eslint'
import { importZones } from './scripts/importZonesRule.mjs'

export default tseslint.config(
  { ignores: ['dist/**', 'dist-test/**', 'node_modules/**', '.venv/**', '**/.rollout-lab/**'] },
  ...tseslint.configs.recommended,
  {
    plugins: { lab: { rules: { 'import-zones': importZones } } },
    rules: {
      'lab/import-zones': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-require-imports': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error'
    }
  },
  { files: ['trainer/protocol/**/*.ts', 'trainer/algorithms/**/*.ts', 'trainer/graders/**/*.ts'], rules: { 'no-console': 'error' } },
  { files: ['eslint.config.mjs', 'scripts/**', '**/*.test.ts', 'samples/**'], rules: { 'no-restricted-exports': 'off' } },
  { files: ['**/*.test.ts'], rules: { 'max-lines': 'off' } }
)
