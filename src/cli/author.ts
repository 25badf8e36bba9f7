/** The author of what is said by command. */
import { userInfo } from 'node:os';

/** The name that was given, else that of the user who is logged in, even behind `sudo`. */
export function authorOf(given: string | undefined): string {
  const named = given?.trim() || process.env.SUDO_USER;
  if (named) return named;
  try {
    return userInfo().username;
  } catch {
    return 'somebody'; // a user id without a name, as in a container
  }
}
