// Mocha's spec reporter, which also leaves its counts in a file for the summary line.
const { writeFileSync } = require('node:fs')
const mocha = require('mocha')
const { reporters, Runner } = mocha.default ?? mocha

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats
      writeFileSync(options.reporterOptions.output, JSON.stringify({ passed, failed, skipped }))
    })
  }
}
