import type { WorkspaceTask } from '../../protocol/execution.ts'
import { jest, vitest } from './jest.ts'
import { junit } from './junit.ts'
import { mocha } from './mocha.ts'
import { pytest } from './pytest.ts'
import type { TestRunner } from './testRunner.ts'

const RUNNERS: Readonly<Record<WorkspaceTask['runner']['name'], TestRunner>> = { mocha, vitest, jest, pytest, junit }

export const testRunner = (name: WorkspaceTask['runner']['name']): TestRunner => RUNNERS[name]
