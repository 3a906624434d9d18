/** What keeps a question over many profiles from being answered, in one line for the user. */
export class AnalyzeError extends Error {
  override readonly name: string = 'AnalyzeError';
}

/** There is no profile of the kind that is asked about. */
export class NoProfileError extends AnalyzeError {
  override readonly name = 'NoProfileError';

  constructor() {
    super('there is no profile to look at');
  }
}
