/** Running a part of a test without the rights of root, to whom nothing is forbidden. */
const NOBODY = 65_534;

/** Calls `act` as a user who owns nothing, if the tests are run by root; else as who runs them. Not across an `await`. */
export function asNobody<T>(act: () => T): T {
  if (process.getuid?.() !== 0) return act();
  process.setegid!(NOBODY);
  process.seteuid!(NOBODY);
  try {
    return act();
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
  }
}
