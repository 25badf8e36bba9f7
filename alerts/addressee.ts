/** One address of a receiver that has several. What this address refused while others accepted is sent to it alone. */
export interface Addressee {
  /** The receiver's name. */
  of: string;
  address: string;
}

/** Its name, in places where a receiver's name stands. */
export const addresseeName = ({ of, address }: Addressee): string => `${of} <${address}>`;
