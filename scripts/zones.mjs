// Who may import whom. Read by the lint configuration and by test/architecture: one list, two guards.

/** Folders (or files) below the root → what else of ours they may import. A folder may always import itself. */
export const zones = {
  'trainer/protocol': [],
  'trainer/errors.ts': [],
  'trainer/nearestName.ts': [],
  'trainer/parentWatch.ts': [],
  'trainer/random': ['trainer/protocol', 'trainer/errors.ts'],
  'trainer/graders': ['trainer/errors.ts'],
  'trainer/renderers': ['trainer/protocol', 'trainer/errors.ts'],
  'trainer/environments': ['trainer/nearestName.ts', 'trainer/graders', 'trainer/renderers', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  'trainer/datasets': ['trainer/environments/utf8Lines.ts', 'trainer/stores/duckDb.ts', 'trainer/protocol', 'trainer/errors.ts'],
  'trainer/sandbox': ['trainer/parentWatch.ts', 'trainer/graders', 'trainer/environments', 'trainer/rewards', 'trainer/algorithms', 'trainer/engines/engine.ts', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  // Problems made of a user's own repository, and attempts at them.
  'trainer/workspaces': ['trainer/sandbox', 'trainer/stores', 'trainer/environments', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  // Cheats, and which of them a reward pays.
  'trainer/redteam': ['trainer/sandbox', 'trainer/workspaces', 'trainer/environments', 'trainer/rewards', 'trainer/graders', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  'trainer/rewards': ['trainer/environments', 'trainer/graders', 'trainer/sandbox', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  'trainer/algorithms': ['trainer/engines/engine.ts', 'trainer/protocol', 'trainer/errors.ts'],
  'trainer/evals': ['trainer/protocol', 'trainer/random', 'trainer/errors.ts', 'trainer/engines/engine.ts'],
  'trainer/recipes': ['trainer/protocol', 'trainer/errors.ts'],
  'trainer/engines': ['trainer/parentWatch.ts', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  'trainer/stores': ['trainer/protocol', 'trainer/errors.ts'],
  'trainer/labels': ['trainer/stores', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  // Which groups teach nothing, checks tell as the filter of groups does.
  'trainer/query': ['trainer/algorithms/groupFilter.ts', 'trainer/stores', 'trainer/labels', 'trainer/evals', 'trainer/parentWatch.ts', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'],
  'trainer/control': ['trainer/stores/processIdentity.ts', 'trainer/protocol', 'trainer/errors.ts'],
  'trainer/orchestrator': [
    'trainer/algorithms', 'trainer/environments', 'trainer/rewards', 'trainer/evals', 'trainer/recipes', 'trainer/engines/engine.ts', 'trainer/stores',
    'trainer/datasets', 'trainer/sandbox', 'trainer/redteam', 'trainer/protocol', 'trainer/random', 'trainer/errors.ts'
  ],
  'trainer/runFiles': ['trainer/nearestName.ts', 'trainer/recipes', 'trainer/environments', 'trainer/algorithms', 'trainer/rewards', 'trainer/protocol', 'trainer/errors.ts'],
  'trainer/cli': ['trainer'],
  'trainer/cli.ts': ['trainer'],
  'trainer/main.ts': ['trainer'],
  'webviews/protocol': ['trainer/protocol'],
  // Curves and reports tell the same interval of the same figures; labels of the view, the editor and the command line the same tokens.
  webviews: ['webviews/protocol', 'trainer/protocol', 'trainer/evals/meanOverSeeds.ts', 'trainer/labels/anchors/tokensTouched.ts'],
  // The registry of living trainers is written by them and read by windows: one piece of code, so that both agree on what is trusted.
  extension: [
    'webviews/protocol', 'trainer/protocol', 'trainer/control/privateFolder.ts', 'trainer/control/pipePath.ts', 'trainer/control/registry.ts', 'trainer/stores/processIdentity.ts', 'trainer/stores/linkedLock.ts', 'trainer/stores/stateStore.ts', 'trainer/stores/runLock.ts', 'trainer/stores/commitFiles.ts', 'trainer/stores/gitUser.ts', 'trainer/query/executions/executionViews.ts', 'trainer/labels',
    // What a run was started with in the place of its file's, a fork finds by the defaults that the trainer filled in.
    'trainer/recipes/resolveRun.ts', 'trainer/recipes/torchDefaults.ts',
    // What a function and a test file are, lenses and the making of problems tell alike.
    'trainer/workspaces/problems/functionsIn.ts', 'trainer/workspaces/problems/maskedText.ts', 'trainer/workspaces/attempts/patchRules.ts',
    // What is debugged runs with all that it imports: consent is to what the trainer reads and hashes.
    'trainer/sandbox/modules/moduleSources.ts'
  ],
  samples: ['trainer'],
  test: ['trainer', 'extension', 'webviews', 'samples', 'scripts'],
  scripts: ['trainer/protocol']
}

/** Tests may set up what their subject works with, never another runtime. */
export const testsMayAlsoImport = {
  // That a page anchors labels as the label store does.
  webviews: ['trainer/labels/anchors'],
  'trainer/orchestrator': ['trainer/engines/fake', 'trainer/stores', 'trainer/environments'],
  'trainer/runFiles': ['trainer/nearestName.ts', 'trainer'],
  'trainer/query': ['trainer/stores']
}

/** Packages that only these folders may import. */
export const packageZones = {
  vscode: ['extension'],
  'onnxruntime-node': ['trainer/engines/onnx'],
  '@huggingface/tokenizers': ['trainer/engines/onnx'],
  '@huggingface/jinja': ['trainer/engines/onnx'],
  '@duckdb/node-api': ['trainer/stores', 'trainer/query'],
  'simple-git': ['trainer/stores'],
  'quickjs-emscripten-core': ['trainer/sandbox'],
  '@jitl/quickjs-singlefile-mjs-release-sync': ['trainer/sandbox'],
  // What gold queries are checked by in tests is SQLite itself, without the sandbox.
  'sql.js': ['trainer/sandbox', 'trainer/environments/execute.fixture.ts'],
  'fast-xml-parser': ['trainer/workspaces'],
  commander: ['trainer/cli', 'trainer/cli.ts'],
  sucrase: ['trainer/sandbox'],
  lit: ['webviews'],
  uplot: ['webviews'],
  '@tanstack/lit-virtual': ['webviews'],
  '@vscode/webview-ui-toolkit': ['webviews/controls'],
  'markdown-it': ['webviews'],
  temml: ['webviews']
}

/** The zone with the longest path that holds this file (paths relative to the root, with `/`); a test is where its subject is. */
export function zoneOf(file) {
  const subject = file.replace(/\.test\.ts$/, '.ts')
  return Object.keys(zones)
    .filter((zone) => subject === zone || file.startsWith(`${zone}/`))
    .sort((a, b) => b.length - a.length)[0]
}

/** Whether `file` may import `target`. Within engines, a concrete engine never imports another one. */
export function mayImport(file, target) {
  const zone = zoneOf(file)
  if (!zone) return true
  const allowed = [zone, ...zones[zone], ...(/\.(test|fixture)\.ts$/.test(file) ? (testsMayAlsoImport[zone] ?? []) : [])]
  if (!allowed.some((place) => target === place || target.startsWith(`${place}/`))) return false
  return engineOf(file) === undefined || engineOf(target) === undefined || engineOf(file) === engineOf(target)
}

const engineOf = (file) => /^trainer\/engines\/(onnx|fake|torch|tinker)\//.exec(file)?.[1]
