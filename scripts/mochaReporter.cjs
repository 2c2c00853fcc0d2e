// Mocha's spec reporter, which also leaves counts by file and what failed for the summary at the end.
const { writeFileSync } = require('node:fs')
const mocha = require('mocha')
const { reporters, Runner } = mocha.default ?? mocha

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const { EVENT_TEST_PASS, EVENT_TEST_PENDING, EVENT_TEST_FAIL, EVENT_RUN_END } = Runner.constants
    const files = {}
    const failures = []
    const count = (test, what) => {
      const file = test.file ?? test.parent?.file ?? ''
      files[file] ??= { passed: 0, failed: 0, skipped: 0 }
      files[file][what] += 1
      return file
    }
    runner.on(EVENT_TEST_PASS, (test) => count(test, 'passed'))
    runner.on(EVENT_TEST_PENDING, (test) => count(test, 'skipped'))
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      failures.push({ file: count(test, 'failed'), title: test.fullTitle(), error: String(error?.stack ?? error) })
    })
    runner.once(EVENT_RUN_END, () => writeFileSync(options.reporterOptions.output, JSON.stringify({ files, failures })))
  }
}
