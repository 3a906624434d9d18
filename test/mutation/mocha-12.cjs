// Stryker's runner asks for files of mocha without their extension, which is .cjs since mocha 12.
const { _extensions: extensions } = require('node:module');

extensions['.cjs'] ??= extensions['.js'];
