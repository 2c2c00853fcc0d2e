// Mocha's spec reporter, which also leaves its counts and what failed in a file for the summary at the end.
const { writeFileSync } = require('node:fs')
const mocha = require('mocha')
const { reporters, Runner } = mocha.default ?? mocha

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const failures = []
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => failures.push({ title: test.fullTitle(), error: String(error?.stack ?? error) }))
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats
      writeFileSync(options.reporterOptions.output, JSON.stringify({ passed, failed, skipped, failures }))
    })
  }
}
