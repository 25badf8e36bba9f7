/** Whether a text may be a host's name or address. */
export const isHostName = (text: string): boolean => /^[A-Za-z0-9._:-]+$/.test(text);
