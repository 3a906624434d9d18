/** What does not depend on the Node.js that runs it is tested on one of those that CI has. */
export const isFirstNode: boolean = process.version.startsWith('v24.');
