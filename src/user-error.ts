/**
 * The operator's mistake: a path, a value, a command that cannot work as given. Its message is one clear sentence that
 * names the thing and says what to do; it is printed without a stack. Everything else that is thrown is a bug or a
 * dead disk.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** The process's exit status. */
  readonly exitCode: number;

  /** Takes the sentence, the exit status (2: bad usage) and the underlying error, for debugging. */
  constructor(sentence: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(sentence, options);
    this.exitCode = options.exitCode ?? 2;
  }
}
