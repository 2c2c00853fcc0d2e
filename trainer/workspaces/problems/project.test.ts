import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { commitAll } from '../repository.fixture.ts'
import { openProject } from './project.ts'

describe('the project of a file', () => {
  const refused = async (packageJson: string): Promise<LabError> => {
    const repository = temporaryFolder()
    commitAll(repository, { 'package.json': packageJson, 'a.js': '' }, 'first')
    const error: unknown = await openProject(repository).catch((reason: unknown) => reason)
    return LabError.is(error, 'workspace/no-runner') ? error : assert.fail(String(error))
  }

  it('has its packages installed first, where it lists a runner', async () => {
    const { message, remedy } = await refused('{ "devDependencies": { "mocha": "^11.0.0" } }')
    assert.match(message, /package\.json lists mocha, which is not installed\.$/)
    assert.match(remedy, /^Install the project’s dependencies \(npm install\)\. Otherwise: Name the runner with --runner/)
  })

  it('has its runner named, where it lists none', async () => {
    const { message, remedy } = await refused('{}')
    assert.match(message, /neither vitest, jest nor mocha is installed/)
    assert.match(remedy, /^Name the runner with --runner/)
  })
})
