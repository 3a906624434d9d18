// Mocha's spec reporter, closed by one plain line that machines read: "N passed, N failed".
const { appendFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class PlainClosingLine extends reporters.Spec {
  epilogue() {
    super.epilogue();
    this.#nameFailedFiles();
    const { passes, failures, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`);
  }

  /** For CI, which runs them again: a line for each failure. */
  #nameFailedFiles() {
    const list = process.env.FAILED_FILES;
    if (!list) return;
    for (const { file, parent } of this.failures) appendFileSync(list, `${file ?? parent.file}\n`);
  }
};
