// Which files of the native modules a package for one platform carries: patterns below node_modules/, in .vscodeignore's language.

/** Platforms for which onnxruntime-node has no binary: runs can be read and compared there, not trained with the embedded engine. */
export const withoutEngine = ['darwin-x64']

/** @param {string} target `<os>-<cpu>`, as VS Code names platforms */
export function nativeFiles(target) {
  const [os, cpu] = target.split('-')
  return [
    'onnxruntime-node/package.json', 'onnxruntime-node/README.md', 'onnxruntime-node/dist/*.js', ...onnxruntime(os, cpu),
    'onnxruntime-common/package.json', 'onnxruntime-common/README.md', 'onnxruntime-common/dist/cjs/**/*.js', 'onnxruntime-common/dist/cjs/package.json',
    '@duckdb/node-api/package.json', '@duckdb/node-api/LICENSE', '@duckdb/node-api/lib/**/*.js',
    '@duckdb/node-bindings/package.json', '@duckdb/node-bindings/LICENSE', '@duckdb/node-bindings/*.js',
    `@duckdb/node-bindings-${os}-${cpu}/**`,
    'detect-libc/package.json', 'detect-libc/LICENSE', 'detect-libc/lib/*.js'
  ]
}

/** The macOS library is in its package twice, under its full version and under the name that the binding asks for. */
function onnxruntime(os, cpu) {
  const files = os === 'darwin' ? ['onnxruntime_binding.node', 'libonnxruntime.1.dylib'] : ['**']
  return files.map((name) => `onnxruntime-node/bin/napi-v6/${os}/${cpu}/${name}`)
}
